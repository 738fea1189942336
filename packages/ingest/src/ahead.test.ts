import { type Call, unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import { ahead } from './ahead.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const untilAborted = ({ signal }: Call) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('was aborted'))));

/** `items`, and whether they were closed. */
function watched<T>(items: readonly T[], failure?: Error) {
  const seen = { closed: false, pulled: 0 };
  async function* source(): AsyncGenerator<T> {
    try {
      for (const item of items) {
        seen.pulled++;
        yield item;
      }
      if (failure !== undefined) throw failure;
    } finally {
      seen.closed = true;
    }
  }
  return { seen, source };
}

/** Everything it gives until it ends or fails. */
async function drained<R>(results: AsyncIterable<R>): Promise<{ results: R[]; error?: unknown }> {
  const taken: R[] = [];
  try {
    for await (const result of results) taken.push(result);
    return { results: taken };
  } catch (error) {
    return { results: taken, error };
  }
}

test('so many at once, and the results in order though the later are done first', async () => {
  const { source, seen } = watched([5, 4, 3, 2, 1, 0]);
  let running = 0;
  let most = 0;
  const doubled = ahead(3)(source, unlimited, async (item) => {
    most = Math.max(most, ++running);
    for (let turns = 0; turns < item * 3; turns++) await turn();
    running--;
    return item * 2;
  });
  expect(await drained(doubled)).toEqual({ results: [10, 8, 6, 4, 2, 0] });
  expect([most, seen.closed]).toEqual([3, true]);
});

test('nothing is pulled before it is asked for, and no more than may be under way', async () => {
  const { source, seen } = watched([1, 2, 3, 4, 5, 6]);
  const results = ahead(2)(source, unlimited, async (item) => item);
  expect(seen.pulled).toBe(0);
  await results.next();
  await turn();
  expect(seen.pulled).toBe(3);
  await results.return();
});

test('no items, no results', async () => {
  const { source } = watched<number>([]);
  expect(await drained(ahead(3)(source, unlimited, async (item) => item))).toEqual({ results: [] });
});

test('what is wrong with the items is told behind the results of those before it', async () => {
  const corrupt = new Error('the part is corrupt');
  const { source } = watched([1, 2], corrupt);
  const results = ahead(4)(source, unlimited, async (item, { signal }) => {
    for (let turns = 0; turns < 5; turns++) await turn();
    signal.throwIfAborted();
    return item;
  });
  expect(await drained(results)).toEqual({ results: [1, 2], error: corrupt });
});

test('the first failure aborts the others and is told, though one before it is not done', async () => {
  const { source, seen } = watched([1, 2, 3, 4, 5]);
  const aborted: number[] = [];
  const results = ahead(3)(source, unlimited, async (item, call) => {
    if (item === 1) return item;
    if (item === 3) throw new Error('the store is gone');
    return await untilAborted(call).finally(() => aborted.push(item));
  });
  expect(await drained(results)).toEqual({ results: [1], error: new Error('the store is gone') });
  expect([aborted, seen.closed]).toEqual([[2], true]);
});

test('a failure ends the wait for a further item', async () => {
  async function* slow(call: Call) {
    yield 'fails';
    await untilAborted(call);
  }
  const results = ahead(2)(slow, unlimited, async () => {
    await turn();
    throw new Error('the store is gone');
  });
  expect(await drained(results)).toEqual({ results: [], error: new Error('the store is gone') });
});

test('a caller that stops ends what is under way with its reason', async () => {
  const stop = new AbortController();
  const { source, seen } = watched([1, 2, 3]);
  const results = ahead(2)(source, { ...unlimited, signal: stop.signal }, async (_, { signal }) => {
    await turn();
    stop.abort(new Error('SIGINT'));
    signal.throwIfAborted();
  });
  expect(await drained(results)).toEqual({ results: [], error: new Error('SIGINT') });
  expect(seen.closed).toBe(true);
});

test('whoever leaves early waits for what is under way', async () => {
  const { source, seen } = watched([1, 2, 3, 4]);
  const ended: number[] = [];
  const results = ahead(3)(source, unlimited, async (item, call) => {
    if (item > 1) await untilAborted(call).catch(turn);
    ended.push(item);
    return item;
  });
  for await (const result of results) {
    expect(result).toBe(1);
    await turn();
    break;
  }
  expect([ended, seen.closed]).toEqual([[1, 2, 3, 4], true]);
});
