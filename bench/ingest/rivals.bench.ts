/** Ours against what people load with today, each at its best setting, found in this run. */
import { median, ratio, toRow } from '../ratio.ts';
import { report } from '../report.ts';
import { type Arena, openArena } from './arena.ts';
import type { Folder, Kind } from './documents.ts';
import { dump, limits } from './elasticdump.ts';
import { startNullEndpoint } from './null-endpoint.ts';
import { type RivalRun, runRival, type Terms, terms, type Way } from './rivals.ts';
import { scale } from './scale.ts';

await using arena = await openArena();
for (const kind of ['small', 'large'] as const) await againstClient(arena, kind);
await cpuAgainstNull(arena);
await againstElasticdump(arena);

/** One run into an index of its own, which is removed. */
async function once({ cluster }: Arena, way: Way, folder: Folder, how: Terms): Promise<RivalRun> {
  const { index } = await cluster.createIndex();
  const run = await runRival({ way, url: cluster.url, target: index, folder, ...how });
  const stored = await cluster.count(index);
  if (stored !== folder.documents) throw new Error(`${way} stored ${stored} of ${folder.documents}`);
  await cluster.ask('DELETE', `/${index}`);
  return run;
}

async function bestOf(own: Arena, way: Way, folder: Folder): Promise<Terms> {
  let best = { how: { flushBytes: 5_000_000, concurrency: 5 }, seconds: Number.POSITIVE_INFINITY };
  for (const how of terms) {
    const { seconds } = await once(own, way, folder, how);
    process.stderr.write(`  ${way} ${folder.kind} ${JSON.stringify(how)}: ${seconds.toFixed(1)} s\n`);
    if (seconds < best.seconds) best = { how, seconds };
  }
  return best.how;
}

async function againstClient(own: Arena, kind: Kind): Promise<void> {
  const folder = await own.folder({ kind, bytes: scale.rivalMb * 1e6, parts: 8 });
  const how: Record<Way, Terms> = {
    strings: await bestOf(own, 'strings', folder),
    objects: await bestOf(own, 'objects', folder),
    batches: { flushBytes: 0, concurrency: 4 },
  };
  const speed = async (way: Way) => folder.documents / (await once(own, way, folder, how[way])).seconds;
  const row = await ratio({
    name: `${kind}-vs-helpers-bulk`,
    unit: 'documents/s',
    goal: 1,
    better: 'higher',
    rounds: scale.rounds,
    warmUp: 0,
    candidate: async () => (await own.ours(folder)).documentsPerSecond,
    baseline: () => speed('strings'),
  });
  const { flushBytes, concurrency } = how.strings;
  const beside = { flushBytes, concurrency, objects: await speed('objects'), batchesOf125: await speed('batches') };
  report({ ...row, beside });
}

/** Nothing but the client: what Elasticsearch does is taken away. */
async function cpuAgainstNull(own: Arena): Promise<void> {
  using endpoint = await startNullEndpoint(own.cluster.url);
  const { url } = endpoint;
  const beside: Record<string, number> = {};
  for (const kind of ['large', 'small'] as const) {
    const folder = await own.folder({ kind, bytes: scale.mb * 1e6, parts: 16 });
    const mb = folder.bytes / 1e6;
    const theirs = async (way: Way) =>
      ((await runRival({ way, url, target: 'null', folder, flushBytes: 5_000_000, concurrency: 5 })).cpuSeconds *
        1000) /
      mb;
    const row = await ratio({
      name: kind === 'small' ? 'cpu-vs-helpers-bulk' : 'cpu-vs-helpers-bulk-large',
      unit: 'ms CPU/MB',
      goal: 0.333,
      rounds: scale.rounds,
      warmUp: 0,
      candidate: async () => (await own.ours(folder, url)).clientMs,
      baseline: () => theirs('strings'),
    });
    const [objects, batches] = [await theirs('objects'), await theirs('batches')];
    report({ ...row, beside: { ...beside, objects, batchesOf125: batches } });
  }
}

async function againstElasticdump(own: Arena): Promise<void> {
  const folder = await own.folder({ kind: 'small', bytes: scale.rivalMb * 1e6, parts: 1 });
  let best = { limit: 0, speed: 0 };
  for (const limit of limits) {
    const speed = await dump(own.cluster, folder, limit);
    process.stderr.write(`  elasticdump --limit ${limit}: ${Math.round(speed)} documents/s\n`);
    if (speed > best.speed) best = { limit, speed };
  }
  const ours = [await own.ours(folder), await own.ours(folder)].map(({ documentsPerSecond }) => documentsPerSecond);
  const value = median(ours);
  const terms = { name: 'small-vs-elasticdump', unit: 'documents/s', goal: 1, better: 'higher' } as const;
  report(toRow(terms, { value, baseline: best.speed, ratio: value / best.speed }, { limit: best.limit }));
}
