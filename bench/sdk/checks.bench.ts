/** Checks a second that one core answers from the cache. */
import { extent } from '../extent.ts';
import { median, type Row, toRow } from '../ratio.ts';
import { report } from '../report.ts';
import { cpuNanoseconds, warm } from './warm.ts';

const SEGMENT = 'recurrent:store:17';
const GOAL = 1_000_000;
const rounds = extent === 'quick' ? 2 : 15;
const WARM_UP = 3;

const { client, asked } = await warm();
report(
  await perCore('checks-per-core-peek', async () => {
    let members = 0;
    for (const id of asked) members += client.peek(id)?.segmentIds.includes(SEGMENT) ? 1 : 0;
    return members;
  }),
  await perCore('checks-per-core-awaited', async () => {
    let members = 0;
    for (const id of asked) members += (await client.isMember(id, SEGMENT)) ? 1 : 0;
    return members;
  }),
);

/** By CPU time of the whole process, collection of garbage included. */
async function perCore(name: string, checks: () => Promise<number>): Promise<Row> {
  process.stderr.write(`  ${name} …\n`);
  const measured: number[] = [];
  for (let round = -WARM_UP; round < rounds; round += 1) {
    const started = process.cpuUsage();
    const members = await checks();
    const perSecond = 1e9 / cpuNanoseconds(started, asked.length);
    if (members !== asked.length) throw new Error(`${members} of ${asked.length} are members`);
    if (round >= 0) measured.push(perSecond);
  }
  const value = median(measured);
  const contest = { name, unit: 'checks/s', goal: 1, better: 'higher' } as const;
  return toRow(contest, { value, baseline: GOAL, ratio: value / GOAL });
}
