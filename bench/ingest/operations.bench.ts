/** What a person waits for: going on after a kill, publishing, going back. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Figures, median, type Row, toRow, withFigures } from '../ratio.ts';
import { attempt, report } from '../report.ts';
import { type Arena, openArena } from './arena.ts';
import { scale } from './scale.ts';

/** A dead job's leases end after it: the default, a minute, only makes the benchmark longer. */
const LEASE_MS = 6_000;
const GENERATIONS = 4;
const MAIN = join(import.meta.dirname, '../../packages/ingest/src/main.ts');

await using arena = await openArena();
await attempt('resume-overhead', () => resume(arena));
await attempt('publish-seconds and rollback-seconds', () => publishAndRollBack(arena));

async function resume(own: Arena): Promise<void> {
  const folder = await own.folder({ kind: 'small', bytes: scale.megabytes.small * 1e6, parts: 16 });
  const rounds: { readonly whole: number; readonly killedAt: number; readonly rest: number }[] = [];
  for (let round = 0; round < scale.rounds + 1; round += 1) {
    const { fillSeconds: whole } = await own.ours(folder);
    const prefix = own.prefix();
    const flags = ['--lease-ms', String(LEASE_MS)];
    const killedAt = whole / 2;
    const killed = await own.load(folder, { prefix, flags, killAfterMs: killedAt * 1000 });
    if (killed.exitCode === 0) throw new Error('the load was over before it was killed');
    await delay(LEASE_MS + 1000);
    const { fillSeconds: rest } = await own.load(folder, { prefix, flags });
    await own.cluster.checkCount(`${prefix}-members`, folder.documents);
    await own.remove(prefix);
    rounds.push({ whole, killedAt, rest });
  }
  const medianOf = (figure: (round: (typeof rounds)[number]) => number) => median(rounds.map(figure));
  const row = toRow(
    { name: 'resume-overhead', unit: 's', goal: 1.03 },
    {
      value: medianOf(({ killedAt, rest }) => killedAt + rest),
      baseline: medianOf(({ whole }) => whole),
      ratio: medianOf(({ whole, killedAt, rest }) => (killedAt + rest) / whole),
    },
  );
  report(withFigures(row, { killedAfterSeconds: medianOf(({ killedAt }) => killedAt), rounds: rounds.length }));
}

/** Each of the last three is published over a live one, and rolled back. */
async function publishAndRollBack(own: Arena): Promise<void> {
  const { cluster } = own;
  const prefix = own.prefix();
  const stages: Readonly<Record<string, number>>[] = [];
  for (let generation = 0; generation < GENERATIONS; generation += 1) {
    const folder = await own.folder({ kind: 'small', bytes: scale.megabytes.small * 1e6, parts: 16 });
    const { seconds } = await own.load(folder, { prefix });
    if (generation > 0) stages.push(seconds);
  }
  const back: number[] = [];
  while (back.length < GENERATIONS - 1) {
    const before = performance.now();
    await promisify(execFile)(process.execPath, [MAIN, 'rollback', '--store', cluster.url, '--prefix', prefix]);
    back.push((performance.now() - before) / 1000);
  }
  const medianOf = (stage: string) => median(stages.map((seconds) => seconds[stage] ?? Number.NaN));
  const beside = { sealSeconds: medianOf('seal'), gatesSeconds: medianOf('gates') };
  report(seconds('publish-seconds', 1, { value: medianOf('publish'), ...beside }));
  report(seconds('rollback-seconds', 5, { value: median(back), slowest: Math.max(...back) }));
}

/** Against the promise, which is its goal. */
function seconds(name: string, promised: number, { value, ...beside }: Figures & { readonly value: number }): Row {
  return withFigures(
    toRow({ name, unit: 's', goal: 1 }, { value, baseline: promised, ratio: value / promised }),
    beside,
  );
}
