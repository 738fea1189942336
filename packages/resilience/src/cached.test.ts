import { expect, test } from 'vitest';
import { type Cache, cached, type Entry } from './cached.ts';
import { unlimited } from './operation.ts';

function holding(freshness?: Entry<string>['freshness']): Cache<string, string> {
  const entry = freshness && { value: 'held', freshness, ageMs: 5 };
  return { keyOf: (input) => input, set: () => {}, get: () => entry };
}

const answering = () => {
  const operation = Object.assign(
    async () => {
      operation.calls += 1;
      return 'asked';
    },
    { calls: 0 },
  );
  return operation;
};

const dead = () => Promise.reject(new Error('dead'));

test.each([
  ['fresh', { value: 'held', freshness: 'fresh', ageMs: 5 }, 0],
  ['stale', { value: 'held', freshness: 'stale', ageMs: 5 }, 1],
  ['expired', { value: 'asked', freshness: 'fresh', ageMs: 0 }, 1],
  [undefined, { value: 'asked', freshness: 'fresh', ageMs: 0 }, 1],
] as const)('a %s entry gives %o and asks %i times', async (freshness, entry, calls) => {
  const operation = answering();
  expect(await cached(holding(freshness), operation).ask('x', unlimited)).toEqual(entry);
  expect(operation.calls).toBe(calls);
});

test('when asking fails an expired entry is served with the reason', async () => {
  const entry = await cached(holding('expired'), dead).ask('x', unlimited);
  expect(entry).toMatchObject({ value: 'held', freshness: 'expired', error: { message: 'dead' } });
});

test('an entry that went away while asking is not served when asking fails', async () => {
  let entry: Entry<string> | undefined = { value: 'withdrawn', freshness: 'expired', ageMs: 5 };
  const cache: Cache<string, string> = { keyOf: (input) => input, set: () => {}, get: () => entry };
  const failing = async () => {
    entry = undefined;
    throw new Error('dead');
  };
  await expect(cached(cache, failing).ask('x', unlimited)).rejects.toThrow('dead');
});

test('when asking fails behind a stale entry nobody notices', async () => {
  expect(await cached(holding('stale'), dead).ask('x', unlimited)).toMatchObject({ value: 'held' });
});

test('a stale entry is served without a refresh while none may begin', async () => {
  const operation = answering();
  const never = () => undefined;
  expect(await cached(holding('stale'), operation, never).ask('x', unlimited)).toMatchObject({ value: 'held' });
  expect(operation.calls).toBe(0);
});

test('who decides on refreshes sees what was served', async () => {
  const seen: unknown[] = [];
  const refresh = (...args: unknown[]) => void seen.push(args);
  await cached(holding('stale'), dead, refresh).ask('x', unlimited);
  expect(seen).toEqual([['x', { value: 'held', freshness: 'stale', ageMs: 5 }]]);
});

test('when asking fails and nothing is held the failure is the answer', async () => {
  await expect(cached(holding(), dead).ask('x', unlimited)).rejects.toThrow('dead');
});

test.each(['fresh', 'stale', 'expired'] as const)('renew asks although a %s entry is held', async (freshness) => {
  const operation = answering();
  expect(await cached(holding(freshness), operation).renew('x', unlimited)).toMatchObject({ value: 'asked' });
  expect(await cached(holding(freshness), dead).renew('x', unlimited)).toMatchObject({ value: 'held', freshness });
});

test('peek never asks', () => {
  const operation = answering();
  expect(cached(holding('stale'), operation).peek('x')).toMatchObject({ value: 'held' });
  expect(operation.calls).toBe(0);
});
