/** Ours against what people load with today, each at its best setting, found in this run. */
import { type Figures, median, type Row, ratio, withFigures } from '../ratio.ts';
import { attempt, report } from '../report.ts';
import { type Arena, openArena } from './arena.ts';
import type { Measured } from './ceiling.ts';
import type { Folder, Kind } from './documents.ts';
import { type DumpSetting, dump, dumpSettings, findElasticdump } from './elasticdump.ts';
import type { Loaded } from './ours.ts';
import { type RivalRun, runRival, type Terms, termsOf, type Way } from './rivals.ts';
import { scale } from './scale.ts';
import { sweep } from './sweep.ts';

await using arena = await openArena();
for (const kind of ['small', 'large'] as const) {
  await attempt(`${kind}-vs-helpers-bulk`, () => againstClient(arena, kind));
}
await attempt('small-vs-elasticdump', () => againstElasticdump(arena));

async function againstClient(own: Arena, kind: Kind): Promise<void> {
  const folder = await own.folder({ kind, bytes: scale.megabytes[kind] * 1e6, parts: 16 });
  const less = await own.folder({ kind, bytes: scale.sweepMegabytes[kind] * 1e6, parts: 4 });
  const how = await bestOf(own, 'strings', less);
  const { row, theirs, ours } = await compare(own, folder, {
    name: `${kind}-vs-helpers-bulk`,
    theirs: () => once(own, folder, { way: 'strings', ...how }),
  });
  const beside: Record<string, number> = { ...how, ...figuresOf(folder, ours, theirs) };
  for (const way of ['objects', 'batches'] as const) {
    const run = await once(own, less, { way, ...(await bestOf(own, way, less)) });
    beside[`${way}DocumentsPerSecond`] = less.documents / run.seconds;
    beside[`${way}ClientMsPerMb`] = msPerMb(less, run);
  }
  report(withFigures(row, beside));
}

async function againstElasticdump(own: Arena): Promise<void> {
  const { cluster } = own;
  const executable = await findElasticdump();
  const folder = await own.folder({ kind: 'small', bytes: scale.megabytes.small * 1e6, parts: 16 });
  const less = await own.folder({ kind: 'small', bytes: (scale.sweepMegabytes.small / 3) * 1e6, parts: 4 });
  const nothing = await own.folder({ kind: 'small', bytes: 1, parts: 1 });
  const { limit, concurrency } = await sweep<DumpSetting>({
    name: 'elasticdump, its start with it,',
    settings: dumpSettings,
    speed: async (how) => less.documents / (await dump({ executable, cluster, folder: less }, how)).seconds,
  });
  const start = await dump({ executable, cluster, folder: nothing }, { limit, concurrency });
  const { row, theirs, ours } = await compare(own, folder, {
    name: 'small-vs-elasticdump',
    // It is many times slower: one round takes as long as several against others.
    rounds: Math.ceil(scale.rounds / 2),
    async theirs() {
      const whole = await dump({ executable, cluster, folder }, { limit, concurrency });
      return { seconds: whole.seconds - start.seconds, cpuSeconds: whole.cpuSeconds - start.cpuSeconds };
    },
  });
  report(withFigures(row, { limit, concurrency, ...figuresOf(folder, ours, theirs) }));
}

/** One run into an index of its own, which is removed. */
async function once({ cluster }: Arena, folder: Folder, how: Terms & { readonly way: Way }): Promise<RivalRun> {
  const { index } = await cluster.createIndex();
  const run = await runRival({ ...how, url: cluster.url, target: index, folder });
  await cluster.checkCount(index, folder.documents);
  await cluster.remove(index);
  return run;
}

function bestOf(own: Arena, way: Way, folder: Folder): Promise<Terms> {
  return sweep({
    name: `${way} ${folder.kind}`,
    isRough: way !== 'strings',
    settings: termsOf[way],
    speed: async (how) => folder.documents / (await once(own, folder, { way, ...how })).seconds,
  });
}

interface Compared {
  readonly row: Row;
  readonly ours: readonly (Measured & Loaded)[];
  readonly theirs: readonly RivalRun[];
}

async function compare(
  own: Arena,
  folder: Folder,
  rival: { readonly name: string; readonly rounds?: number; theirs(): Promise<RivalRun> },
): Promise<Compared> {
  const ours: (Measured & Loaded)[] = [];
  const theirs: RivalRun[] = [];
  const row = await ratio({
    name: rival.name,
    unit: 'documents/s',
    goal: 1,
    better: 'higher',
    rounds: rival.rounds ?? scale.rounds,
    warmUp: 0,
    async candidate() {
      const loaded = await own.ours(folder);
      ours.push(loaded);
      return loaded.documentsPerSecond;
    },
    async baseline() {
      const run = await rival.theirs();
      theirs.push(run);
      return folder.documents / run.seconds;
    },
  });
  return { row, ours, theirs };
}

function figuresOf(folder: Folder, ours: Compared['ours'], theirs: Compared['theirs']): Figures {
  return {
    oursFillSeconds: median(ours.map(({ fillSeconds }) => fillSeconds)),
    oursWholeSeconds: median(ours.map(({ wholeSeconds }) => wholeSeconds)),
    theirsSeconds: median(theirs.map(({ seconds }) => seconds)),
    oursClientMsPerMb: median(ours.map(({ clientMs }) => clientMs)),
    theirsClientMsPerMb: median(theirs.map((run) => msPerMb(folder, run))),
  };
}

function msPerMb({ bytes }: Folder, { cpuSeconds }: RivalRun): number {
  return (cpuSeconds * 1000) / (bytes / 1e6);
}
