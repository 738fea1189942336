import { expect, test } from 'vitest';
import { Failure, type FailureTraits } from './failure.ts';
import { createFailureMemo, failureMemo } from './failure-memo.ts';
import { manualTime } from './manual-time.ts';
import { stack, unlimited } from './operation.ts';

const broken = (traits: FailureTraits = { fault: true }) => new Failure('SERVER', 'no', traits);

function remembering({ held = false, maxKeys = 10 } = {}) {
  const time = manualTime();
  const dependency = { asked: [] as string[], answer: async (): Promise<string> => Promise.reject(broken()) };
  const entry = held ? { value: 'held', freshness: 'stale' as const, ageMs: 0 } : undefined;
  const cache = { keyOf: (key: string) => key, get: () => entry };
  const send = stack([failureMemo(createFailureMemo(maxKeys, time), cache)], (key: string) => {
    dependency.asked.push(key);
    return dependency.answer();
  });
  const ask = (key = 'a') => send(key, unlimited).catch((error: unknown) => error);
  /** Times `a` is asked for while it is wanted all the time. */
  const asksWithin = async (ms: number) => {
    const before = dependency.asked.length;
    for (let at = 0; at < ms; at += 100) {
      await ask();
      await time.advance(100);
    }
    return dependency.asked.length - before;
  };
  return { time, dependency, ask, asksWithin };
}

test('a key that failed fails at once for a second, without asking; another key is asked for', async () => {
  const { time, dependency, ask } = remembering();
  expect(await ask()).toMatchObject({ code: 'SERVER' });
  expect(await ask()).toMatchObject({ code: 'SERVER', fault: false, attempts: 0 });
  await ask('b');
  await time.advance(700);
  await ask();
  expect(dependency.asked).toEqual(['a', 'b']);
  await time.advance(501);
  dependency.answer = async () => 'answer';
  expect([await ask(), await ask()]).toEqual(['answer', 'answer']);
});

test('with something to serve, rests double to half a minute; with nothing they stay at a second', async () => {
  const held = remembering({ held: true });
  expect(await held.asksWithin(62_000)).toSatisfy((asks: number) => asks >= 5 && asks <= 7);
  expect(await held.asksWithin(300_000)).toSatisfy((asks: number) => asks >= 8 && asks <= 13);
  expect(await remembering().asksWithin(60_000)).toSatisfy((asks: number) => asks >= 48 && asks <= 75);
});

test('a success makes the next failure a first one', async () => {
  const { time, dependency, ask, asksWithin } = remembering({ held: true });
  await asksWithin(20_000);
  await time.advance(30_000);
  dependency.answer = async () => 'answer';
  await ask();
  dependency.answer = () => Promise.reject(broken());
  await ask();
  await time.advance(1_201);
  dependency.answer = async () => 'answer';
  expect(await ask()).toBe('answer');
});

test('the dependency’s own word on how long to wait is kept, up to half a minute', async () => {
  const { time, dependency, ask } = remembering();
  dependency.answer = () => Promise.reject(broken({ fault: true, retryAfterMs: 3_600_000 }));
  await ask();
  await time.advance(29_999);
  await ask();
  await time.advance(2);
  await ask();
  expect(dependency.asked).toHaveLength(2);
});

test.each([
  ['refused before it left this process', broken({})],
  ['no failure of the dependency', new TypeError('ours')],
])('what was %s is not remembered', async (_, error) => {
  const { dependency, ask } = remembering();
  dependency.answer = () => Promise.reject(error);
  await ask();
  await ask();
  expect(dependency.asked).toHaveLength(2);
});

test('a wire try that failed is remembered, whoever is at fault', async () => {
  const { dependency, ask } = remembering();
  dependency.answer = () => Promise.reject(Object.assign(broken({}), { attempts: 1 }));
  await ask();
  await ask();
  expect(dependency.asked).toHaveLength(1);
});

test('no more keys than it may hold are remembered; the oldest go first', async () => {
  const { dependency, ask } = remembering({ maxKeys: 2 });
  for (const key of ['a', 'b', 'c', 'a', 'c']) await ask(key);
  expect(dependency.asked).toEqual(['a', 'b', 'c', 'a']);
});
