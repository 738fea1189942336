/** Client CPU of a lookup that must ask, against the bare request it makes: one after another, so nothing is batched. */
import { createSegmentClient } from '@segment-store/sdk';
import { Pool } from 'undici';
import { ratio } from '../ratio.ts';
import { report } from '../report.ts';
import { startService } from './service.ts';

const MISSES = 1_000;

using service = await startService();
const client = createSegmentClient({ baseUrl: service.url, deadlineMs: 10_000 });
const pool = new Pool(service.url, { connections: 16, pipelining: 1, allowH2: false });
let customers = 0;

/** CPU of this process in microseconds, of each operation. */
async function cpuOf(operation: (id: string) => Promise<number>): Promise<number> {
  const before = process.cpuUsage();
  let found = 0;
  for (let miss = 0; miss < MISSES; miss += 1) {
    customers += 1;
    found += await operation(`customer-${customers}`);
  }
  const { user, system } = process.cpuUsage(before);
  return found === 5 * MISSES ? (user + system) / MISSES : Number.NaN;
}

report(
  await ratio({
    name: 'miss-cpu-vs-pool-request',
    unit: 'µs CPU',
    goal: 1.15,
    rounds: 15,
    candidate: () => cpuOf(async (id) => (await client.lookup(id)).segmentIds.length),
    baseline: () =>
      cpuOf(async (id) => {
        const { body } = await pool.request({ path: `/v1/customers/${id}/segments`, method: 'GET' });
        const answer: unknown = await body.json();
        return typeof answer === 'object' &&
          answer !== null &&
          'segmentIds' in answer &&
          Array.isArray(answer.segmentIds)
          ? answer.segmentIds.length
          : 0;
      }),
  }),
);
await Promise.all([client.close(), pool.close()]);
