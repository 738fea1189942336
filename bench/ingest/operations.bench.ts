/** What a person waits for: going on after a kill, publishing, going back. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { median, toRow } from '../ratio.ts';
import { report } from '../report.ts';
import { openArena } from './arena.ts';
import { load } from './ours.ts';
import { scale } from './scale.ts';

const LEASE_MS = 6_000;
const MAIN = join(import.meta.dirname, '../../packages/ingest/src/main.ts');

await using arena = await openArena();
const { cluster } = arena;
const folder = await arena.folder({ kind: 'small', bytes: scale.mb * 1e6, parts: 16 });

const whole: number[] = [];
const resumed: number[] = [];
const publishing: number[] = [];
for (let round = 0; round < scale.rounds; round += 1) {
  const loaded = await arena.ours(folder);
  whole.push(loaded.fillSeconds);
  publishing.push(loaded.seconds.publish ?? Number.NaN);
  const prefix = arena.prefix();
  const flags = ['--lease-ms', String(LEASE_MS)];
  const { url, pid } = cluster;
  const killed = await load(folder, { url, pid, prefix, flags, killAfterMs: (loaded.fillSeconds * 1000) / 2 });
  if (killed.exitCode === 0) throw new Error('the load was over before it was killed');
  await delay(LEASE_MS + 1000);
  const rest = await load(folder, { url, pid, prefix, flags });
  // The dead job's leases have ended by then: what is asked is what is read and written again.
  resumed.push(loaded.fillSeconds / 2 + rest.fillSeconds);
  await arena.remove(prefix);
}
const full = median(whole);
const both = median(resumed);
const overhead = { name: 'resume-overhead', unit: 's', goal: 1.03 };
report(toRow(overhead, { value: both, baseline: full, ratio: both / full }));
report(seconds('publish-seconds', 1, median(publishing)));

const prefix = arena.prefix();
const second = await arena.folder({ kind: 'small', bytes: scale.mb * 1e6, parts: 17 });
for (const each of [folder, second]) await load(each, { url: cluster.url, pid: cluster.pid, prefix });
const before = performance.now();
await promisify(execFile)(process.execPath, [MAIN, 'rollback', '--store', cluster.url, '--prefix', prefix]);
report(seconds('rollback-seconds', 5, (performance.now() - before) / 1000));

/** Against the promise, which is its goal. */
function seconds(name: string, promised: number, value: number) {
  return toRow({ name, unit: 's', goal: 1 }, { value, baseline: promised, ratio: value / promised });
}
