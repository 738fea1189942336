import { manualTime } from '@segment-store/resilience/manual-time';
import { expect, test } from 'vitest';
import { createCache } from './cache.ts';
import { createEpochs } from './epochs.ts';
import type { ReplyHead } from './lookup.ts';

const LIMITS = {
  maxEntries: 1_000,
  maxBytes: 1e6,
  freshFor: () => 60_000,
  staleMs: 300_000,
  staleIfErrorMs: 86_400_000,
};

function keep(limits: Partial<typeof LIMITS> = {}) {
  const time = manualTime();
  const epochs = { ...createEpochs(), latest: 1 };
  const deps = { keyOf: (id: string) => id, bytesOf: ({ text }: Reply) => text.length, epochs, time };
  return { time, epochs, cache: createCache({ ...LIMITS, ...limits }, deps) };
}

interface Reply extends ReplyHead {
  readonly text: string;
}

const reply = (epoch = 1, text = 'yes'): Reply => ({ text, epoch, ageMs: 0, outdated: false });

test.each([
  [53_999, 'fresh'],
  [66_001, 'stale'],
  [299_999, 'stale'],
  [300_001, 'expired'],
  [86_400_000, 'expired'],
  [86_400_001, undefined],
])('after %d ms an entry is %s', async (ms, freshness) => {
  const { cache, time } = keep();
  cache.set('c1', reply());
  await time.advance(ms);
  expect(cache.get('c1')?.freshness).toBe(freshness);
});

test('entries that came together fall due spread over ±10 %', async () => {
  const { cache, time } = keep();
  const keys = Array.from({ length: 1_000 }, (_, index) => `c${index}`);
  for (const key of keys) cache.set(key, reply());
  const fresh = () => keys.filter((key) => cache.get(key)?.freshness === 'fresh').length;
  await time.advance(57_000);
  expect(fresh()).toSatisfy((count: number) => count > 650 && count < 850);
  await time.advance(6_000);
  expect(fresh()).toSatisfy((count: number) => count > 150 && count < 350);
});

test('a publish makes older entries stale, a floor above them takes them away', () => {
  const { cache, epochs } = keep();
  cache.set('c1', reply(1));
  epochs.latest = 2;
  expect(cache.get('c1')?.freshness).toBe('stale');
  epochs.floor = 2;
  expect(cache.get('c1')).toBeUndefined();
  expect(cache.size().entries).toBe(0);
});

test('a reply below the floor does not enter', () => {
  const { cache, epochs } = keep();
  epochs.floor = 3;
  cache.set('c1', reply(2));
  expect(cache.size().entries).toBe(0);
  cache.set('c2', reply(3));
  expect([cache.get('c1'), cache.get('c2')?.value.epoch]).toEqual([undefined, 3]);
});

test('a reply of an older epoch does not take the place of a newer one, unless that one was withdrawn', () => {
  const { cache, epochs } = keep();
  epochs.latest = 4;
  cache.set('c1', reply(3, 'newer'));
  cache.set('c1', reply(2, 'older'));
  expect(cache.get('c1')?.value.text).toBe('newer');
  cache.set('c1', reply(3, 'again'));
  expect(cache.get('c1')?.value.text).toBe('again');
  epochs.floor = 4;
  cache.set('c1', reply(4, 'rolled back to'));
  expect(cache.get('c1')?.value.text).toBe('rolled back to');
});

test('a reply that was outdated when it came is stale at once', () => {
  const { cache } = keep();
  cache.set('c1', { ...reply(), outdated: true });
  expect(cache.get('c1')?.freshness).toBe('stale');
});

test('the least recently used go first, by count and by bytes', () => {
  const few = keep({ maxEntries: 2 });
  for (const key of ['c1', 'c2']) few.cache.set(key, reply());
  few.cache.get('c1');
  few.cache.set('c3', reply());
  expect(['c1', 'c2', 'c3'].map((key) => few.cache.get(key) !== undefined)).toEqual([true, false, true]);

  const small = keep({ maxBytes: 10_000 });
  for (let index = 0; index < 100; index += 1) small.cache.set(`c${index}`, reply(1, 'x'.repeat(1_000)));
  expect(small.cache.size()).toSatisfy(({ entries, bytes }) => entries > 0 && entries < 10 && bytes <= 10_000);
});
