import { expect, test } from 'vitest';
import type { Admission } from './admission/admission.ts';
import { openDoors } from './doors.ts';
import { ProblemError } from './errors.ts';
import { createFixture } from './fixture/app.ts';
import { loadedRun, RUN } from './fixture/store.ts';

/** Nobody has a key. */
const admission: Admission = {
  admit() {
    throw new ProblemError('forbidden', { status: 403, detail: 'no key' });
  },
};

test('a port of their own answers probes and figures without a key, and nothing else', async () => {
  await using fixture = await createFixture(loadedRun(RUN, { c1: ['a'] }));
  const ports = { host: '127.0.0.1', port: 0, opsPort: 0, check: () => undefined };
  const doors = await openDoors({ ...fixture.deps, admission }, ports);
  const statuses = async (url: string | undefined) => {
    const paths = ['/livez', '/readyz', '/metrics', '/v1/customers/c1/segments'];
    return Promise.all(paths.map(async (path) => (await fetch(`${url}${path}`)).status));
  };
  expect(await statuses(doors.url)).toEqual([200, 200, 403, 403]);
  expect(await statuses(doors.opsUrl)).toEqual([200, 200, 200, 404]);
  await fetch(`${doors.url}/v1/customers/%00/segments`);
  expect(await fixture.deps.scrape()).toContain(
    'http_server_request_duration_seconds_count{status="4xx",class="none",method="any",route="none"} 2',
  );
  const drained = doors.drain(500);
  fixture.serving.drain();
  expect((await fetch(`${doors.opsUrl}/readyz`)).status).toBe(503);
  await drained;
});
