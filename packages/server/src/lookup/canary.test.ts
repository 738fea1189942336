import { parseCustomerId } from '@segment-store/contract/id';
import { manualTime } from '@segment-store/resilience/manual-time';
import { unlimited } from '@segment-store/resilience/operation';
import { expect, onTestFinished, test } from 'vitest';
import { createFixtureStore, loadedRun, RUN, unavailable } from '../fixture/store.ts';
import { encode } from './answer.ts';
import { followCanary } from './canary.ts';
import type { Asked } from './l1.ts';
import { NO_FILTERS } from './select.ts';

/** Memory holds what `memory` says of each customer, the store what `members` says. */
async function canary(memory: Readonly<Record<string, readonly string[]>>, erased: readonly string[] = []) {
  const store = createFixtureStore();
  store.publish(loadedRun(RUN, { ada: ['a'], bob: ['b'] }));
  const { generation } = loadedRun(RUN, {});
  const reader = await store.open(generation.run, unlimited);
  const asked = Object.entries(memory).map(([id, segments]): Asked => {
    const query = { view: 'ids', customerId: parseCustomerId(id), filters: NO_FILTERS } as const;
    const member = loadedRun(RUN, { [id]: segments }).members.get(query.customerId);
    return { query, value: encode(member, query, reader) };
  });
  const time = manualTime();
  const results: string[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  void followCanary({
    l1: { newest: () => asked },
    time,
    erased: { has: (id) => erased.includes(id) },
    pin: () => ({ reader }),
    onCompared: (result) => results.push(result),
  })({ ...unlimited, signal: stop.signal });
  return { store, time, results };
}

test('one answer a second is compared with the store', async () => {
  const { store, time, results } = await canary({ ada: ['a'], bob: ['b'] });
  await time.advance(2_000);
  expect(results).toEqual(['agrees', 'agrees']);
  expect(store.reads).toEqual([['ada'], ['bob']]);
});

test('one that the store does not have so is a difference, told once it is no erasure on its way', async () => {
  const { time, results } = await canary({ ada: ['b'] });
  await time.advance(1_000);
  expect(results).toEqual([]);
  await time.advance(10_000);
  expect(results).toEqual(['differs']);
});

test('a customer who was erased meanwhile is no difference', async () => {
  const { time, results } = await canary({ ada: ['b'] }, ['ada']);
  await time.advance(11_000);
  expect(results).toEqual([]);
});

test('a store that does not answer says nothing about what is right', async () => {
  const { store, time, results } = await canary({ ada: ['a'] });
  store.onRead = () => Promise.reject(unavailable());
  await time.advance(1_000);
  expect(results).toEqual(['failed']);
});
