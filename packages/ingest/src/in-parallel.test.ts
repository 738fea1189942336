import { type Call, unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import { inParallel } from './in-parallel.ts';

const each = <T>(...items: readonly T[]) =>
  async function* () {
    yield* items;
  };
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('at most so many at once, every one once', async () => {
  const seen: number[] = [];
  let running = 0;
  let most = 0;
  await inParallel(3)(each(0, 1, 2, 3, 4, 5, 6), unlimited, async (item) => {
    running++;
    most = Math.max(most, running);
    await turn();
    seen.push(item);
    running--;
  });
  expect(most).toBe(3);
  expect(seen.sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test('nothing to do is done', async () => {
  await inParallel(3)(each(), unlimited, () => Promise.reject(new Error('never called')));
});

test('the first failure aborts the others, starts no more, and is told once all have ended', async () => {
  const told: string[] = [];
  const work = inParallel(2)(each('fails', 'waits', 'never'), unlimited, async (item, { signal }) => {
    told.push(item);
    if (item === 'fails') await turn();
    if (item === 'fails') throw new Error('a part is corrupt');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await turn();
    told.push('ended');
  });
  await expect(work).rejects.toThrow('a part is corrupt');
  expect(told).toEqual(['fails', 'waits', 'ended']);
});

test('a caller that stops ends it with its reason', async () => {
  const stop = new AbortController();
  const call = { ...unlimited, signal: stop.signal };
  const work = inParallel(1)(each(1, 2), call, async () => stop.abort(new Error('SIGINT')));
  await expect(work).rejects.toThrow('SIGINT');
});

test('the first failure ends the wait for a further item', async () => {
  async function* slow({ signal }: Call) {
    yield 'fails';
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    throw signal.reason;
  }
  const work = inParallel(2)(slow, unlimited, async () => {
    await turn();
    throw new Error('a part is corrupt');
  });
  await expect(work).rejects.toThrow('a part is corrupt');
});
