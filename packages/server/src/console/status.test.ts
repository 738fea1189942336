import { expect, test } from 'vitest';
import { createFixture } from '../fixture/app.ts';
import { loadedRun, RUN } from '../fixture/store.ts';
import { Visitor } from './visits.fixture.ts';

test('caches, breakers, refusals and answers stand as they are measured', async () => {
  await using fixture = await createFixture(loadedRun(RUN, { c1: ['a'] }));
  const { metrics, app } = fixture;
  for (const found of ['hit', 'hit', 'hit', 'miss'] as const) metrics.cacheAsked('l1', found);
  metrics.cacheAsked('redis', 'error');
  metrics.watch({ breakers: { redis: { state: 'half-open' } }, limiters: { redis: { inFlight: 7 } } });
  metrics.shed('best-effort', 'loop');
  await app.request('/v1/customers/c1/segments');
  await app.request('/v1/customers/%00/segments');
  const { html } = await new Visitor(app).open('/console/status');
  const text = html.replaceAll(/<[^>]*>|\s+/g, ' ').replaceAll(/ +/g, ' ');
  expect(text).toContain('Status serving');
  expect(text).toContain('Memory (L1) 4 75.0 % 3 0 1 0');
  expect(text).toContain('Redis 1 0.0 % 0 0 0 1');
  expect(text).toContain('redis half-open 7');
  expect(text).toContain('loop best-effort 1');
  expect(text).toMatch(/\/v1\/customers\/\{customerId\}\/segments 2 ≤ [\d.]+ ms ≤ [\d.]+ ms 1 0/);
});
