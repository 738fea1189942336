import { expect, test } from 'vitest';
import { drivenServer, serving } from './driven-server.ts';
import { createPool } from './pool.ts';

/** Connections that a pool has made after asking for `ms` without a pause. */
async function connectionsWithin(ms: number, lifeMs?: number): Promise<number> {
  const sockets = new Set<unknown>();
  await using server = await drivenServer((asked, response) => {
    sockets.add(response.socket);
    serving()(asked, response);
  });
  const pool = createPool(server.url, lifeMs);
  const until = performance.now() + ms;
  while (performance.now() < until) {
    await pool.send({ method: 'GET', path: '/v1/customers/c1/segments', headers: {} }, new AbortController().signal);
  }
  await pool.destroy();
  return sockets.size;
}

test('connections in use all the time are replaced after their life, so that a service that moved is found', async () => {
  expect(await connectionsWithin(400, 100)).toBeGreaterThanOrEqual(3);
  expect(await connectionsWithin(400)).toBeLessThanOrEqual(2);
});
