import { expect, test } from 'vitest';
import { createConformance } from '../conformance.ts';
import { readDocument } from '../document.ts';
import { everything } from '../fixture/admission.ts';
import { createFixture, type Fixture } from '../fixture/app.ts';
import { loadedRun, RUN } from '../fixture/store.ts';

const conformance = createConformance(await readDocument());

async function get({ app }: Fixture, target: string) {
  const response = await app.request(target);
  const { status } = response;
  const text = await response.text();
  const headers = Object.fromEntries(response.headers);
  expect(conformance({ method: 'GET', target, status, headers, body: text })).toEqual([]);
  return { status, body: JSON.parse(text) };
}

test('a server has started when it serves, or hears that nothing is published; before it says what it waits for', async () => {
  await using waiting = await createFixture();
  waiting.store.onLive = () => {
    throw new Error('away');
  };
  const before = await get(waiting, '/startupz');
  expect(before).toEqual({ status: 503, body: { status: 'starting', detail: 'waiting for the store' } });
  waiting.store.onLive = undefined;
  await expect.poll(async () => (await get(waiting, '/startupz')).status).toBe(200);
  await waiting.publish(loadedRun(RUN, { c1: ['a'] }));
  expect(await get(waiting, '/startupz')).toEqual({ status: 200, body: { status: 'started' } });
});

test('the status says what is served, how old it is, and what was counted', async () => {
  await using fixture = await createFixture(loadedRun(RUN, { c1: ['a'] }), { admission: everything });
  fixture.metrics.cacheAsked('l1', 'hit');
  fixture.metrics.cacheAsked('l1', 'hit');
  fixture.metrics.shed('best-effort', 'event-loop');
  fixture.metrics.watch({ breakers: { store: { state: 'half-open' } } });
  const { status, body } = await get(fixture, '/statusz');
  expect(status).toBe(200);
  expect(body).toEqual({
    build: { version: '0.0.0', node: process.version, startedAt: expect.stringMatching(/Z$/) },
    status: 'serving',
    served: {
      generation: RUN,
      epoch: 1,
      floor: 0,
      computedAt: '2026-09-01T00:00:00.000Z',
      ageSeconds: expect.any(Number),
      late: false,
      kept: false,
    },
    erasedCustomers: 0,
    breakers: { store: 'half-open' },
    caches: [{ tier: 'l1', result: 'hit', count: 2 }],
    shed: [{ class: 'best-effort', reason: 'event-loop', count: 1 }],
  });
});
