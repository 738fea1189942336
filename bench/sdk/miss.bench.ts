/** Client CPU of a lookup that must ask, against the bare requests it stands for: one after another, so nothing is batched. */
import type { paths } from '@segment-store/contract/api.generated';
import { createSegmentClient } from '@segment-store/sdk';
import createClient from 'openapi-fetch';
import { Pool } from 'undici';
import { ratio } from '../ratio.ts';
import { report } from '../report.ts';
import { segmentIdsIn } from './segment-ids.ts';
import { startService } from './service.ts';

const MISSES = 1_000;

using service = await startService();
const client = createSegmentClient({ baseUrl: service.url, deadlineMs: 10_000 });
const pool = new Pool(service.url, { connections: 16, pipelining: 1, allowH2: false });
const openapi = createClient<paths>({ baseUrl: service.url });
let customers = 0;

/** CPU of this process in microseconds, of each operation. */
async function cpuOf(operation: (id: string) => Promise<readonly unknown[]>): Promise<number> {
  const before = process.cpuUsage();
  let found = 0;
  for (let miss = 0; miss < MISSES; miss += 1) {
    customers += 1;
    found += (await operation(`customer-${customers}`)).length;
  }
  const { user, system } = process.cpuUsage(before);
  return found === 5 * MISSES ? (user + system) / MISSES : Number.NaN;
}

const contest = {
  unit: 'µs CPU',
  rounds: 15,
  candidate: () => cpuOf(async (id) => (await client.lookup(id)).segmentIds),
};
report(
  await ratio({
    ...contest,
    name: 'miss-cpu-vs-pool-request',
    goal: 1.15,
    baseline: () =>
      cpuOf(async (id) => {
        const { body } = await pool.request({ path: `/v1/customers/${id}/segments`, method: 'GET' });
        return segmentIdsIn(await body.json());
      }),
  }),
);
report(
  await ratio({
    ...contest,
    name: 'miss-cpu-vs-fetch',
    goal: 1,
    baseline: () =>
      cpuOf(async (id) => segmentIdsIn(await (await fetch(`${service.url}/v1/customers/${id}/segments`)).json())),
  }),
);
report(
  await ratio({
    ...contest,
    name: 'miss-cpu-vs-openapi-fetch',
    goal: 1,
    baseline: () =>
      cpuOf(async (id) => {
        const { data } = await openapi.GET('/v1/customers/{customerId}/segments', {
          params: { path: { customerId: id } },
        });
        return segmentIdsIn(data);
      }),
  }),
);
await Promise.all([client.close(), pool.close()]);
