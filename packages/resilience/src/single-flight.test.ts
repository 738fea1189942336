import { expect, test } from 'vitest';
import type { Cache } from './cached.ts';
import { deadline } from './deadline.ts';
import { manualTime } from './manual-time.ts';
import { stack, unlimited } from './operation.ts';
import { singleFlight } from './single-flight.ts';

function mapCache(): Cache<string, string> & { readonly entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return {
    entries,
    keyOf: (input) => input,
    set: (input, value) => entries.set(input, value),
    get: () => undefined,
  };
}

test('callers of one key share one flight; another key has its own', async () => {
  const asked: string[] = [];
  const send = stack([singleFlight(mapCache())], async (input: string) => {
    asked.push(input);
    return `answer ${input}`;
  });
  const answers = await Promise.all([send('a', unlimited), send('a', unlimited), send('b', unlimited)]);
  expect(answers).toEqual(['answer a', 'answer a', 'answer b']);
  expect(asked).toEqual(['a', 'b']);
});

test('a flight whose callers have all left still fills the cache', async () => {
  const time = manualTime();
  const cache = mapCache();
  const late = Promise.withResolvers<string>();
  const send = stack<string, string>([deadline(30, time), singleFlight(cache)], () => late.promise);
  const [failure] = await Promise.all([send('a', unlimited).catch((error) => error), time.advance(30)]);
  expect(failure).toMatchObject({ code: 'TIMEOUT' });
  late.resolve('late');
  await time.advance(0);
  expect(cache.entries).toEqual(new Map([['a', 'late']]));
});

test('after a failed flight the next caller starts a new one, also when it threw synchronously', async () => {
  let calls = 0;
  const send = stack([singleFlight(mapCache())], (_: string): Promise<string> => {
    calls += 1;
    if (calls === 1) throw new Error('sync');
    return Promise.resolve('second');
  });
  await expect(send('a', unlimited)).rejects.toThrow('sync');
  expect(await send('a', unlimited)).toBe('second');
});
