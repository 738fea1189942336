import { expect, onTestFinished, test } from 'vitest';
import { createFixture, type Fixture } from '../fixture/app.ts';
import { loadedRun, RUN } from '../fixture/store.ts';
import { textOf, Visitor } from './visits.fixture.ts';

async function given(): Promise<Fixture & { text(): Promise<string> }> {
  const fixture = await createFixture(loadedRun(RUN, { c1: ['a'] }));
  onTestFinished(() => fixture[Symbol.asyncDispose]());
  const text = async () => {
    const { html } = await new Visitor(fixture.app).open('/console/status');
    return textOf(html);
  };
  return { ...fixture, text };
}

test('caches, breakers, refusals and answers stand as they are measured', async () => {
  const { metrics, app, text } = await given();
  for (const found of ['hit', 'hit', 'stale', 'miss'] as const) metrics.cacheAsked('l1', found);
  metrics.cacheAsked('redis', 'error');
  metrics.watch({ breakers: { redis: { state: 'closed' } }, limiters: { redis: { inFlight: 7 } } });
  metrics.watch({ breakers: { store: { state: 'closed' } }, limiters: { store: { inFlight: 2 } } });
  metrics.operated({ system: 'embedded', name: 'mget', seconds: 0.001 });
  metrics.shed('best-effort', 'loop');
  metrics.shed('normal', 'rate');
  metrics.shed('normal', 'rate');
  await app.request('/v1/customers/c1/segments');
  await app.request('/v1/customers/%00/segments');
  const said = await text();
  expect(said).toContain('Status serving');
  expect(said).toContain('Nothing is wrong');
  expect(said).toContain('Answered from memory 75.0 % of 4 lookups');
  expect(said).toContain('Memory – – 4 75.0 % 2 1 1 0');
  expect(said).toContain('Redis closed 7 1 0.0 % 0 0 0 1');
  expect(said).toContain('Store closed 2 1 – – – – –');
  expect(said).toContain('Why Critical Normal Best-effort All');
  expect(said).toContain('More than the rate of their key (429) 0 2 0 2');
  expect(said).toContain('The server was too busy (503) 0 0 1 1');
  expect(said).toMatch(/\/v1\/customers\/\{customerId\}\/segments 2 ≤ [\d.]+ ms ≤ [\d.]+ ms 1 0/);
});

test('what is wrong comes first, with what it means for callers', async () => {
  const { metrics, text } = await given();
  metrics.watch({ breakers: { store: { state: 'open' }, redis: { state: 'half-open' } } });
  metrics.watch({ shed: () => ({ critical: 0, normal: 0.1, 'best-effort': 1 }) });
  const said = await text();
  expect(said).not.toContain('Nothing is wrong');
  expect(said).toContain(
    'The store is not asked: too many reads failed Customers in memory or in Redis are answered; all others get 503.',
  );
  expect(said).toContain('Redis is tried again after failures Nobody misses an answer');
  expect(said).toContain(
    'Requests are refused The server has more to do than it can: 10 % of normal, 100 % of best-effort',
  );
  expect(said).toContain('Refused now 10 % of normal, 100 % of best-effort');
});
