import { expect, test } from 'vitest';
import { Failure } from './failure.ts';
import { manualTime } from './manual-time.ts';
import { stack, unlimited } from './operation.ts';
import { createPushback, pushback } from './pushback.ts';

const refusal = (retryAfterMs?: number) => new Failure('THROTTLED', 'wait', { pushback: true, retryAfterMs });

function pushed() {
  const time = manualTime();
  const dependency = { calls: 0, answer: (): Promise<string> => Promise.resolve('answer') };
  const send = stack([pushback(createPushback(), time)], (_: string) => {
    dependency.calls += 1;
    return dependency.answer();
  });
  const ask = () => send('x', unlimited).catch((error: Failure) => error.code);
  return { time, dependency, ask };
}

test('a dependency that asks for two seconds is left alone for two seconds, and everybody told why', async () => {
  const { time, dependency, ask } = pushed();
  dependency.answer = () => Promise.reject(refusal(2_000));
  expect([await ask(), await ask(), await ask()]).toEqual(['THROTTLED', 'THROTTLED', 'THROTTLED']);
  expect(dependency.calls).toBe(1);
  await time.advance(1_999);
  await ask();
  expect(dependency.calls).toBe(1);
  await time.advance(402);
  dependency.answer = async () => 'answer';
  expect(await ask()).toBe('answer');
});

test('after the rest one call finds out, the others are refused until it has', async () => {
  const { time, dependency, ask } = pushed();
  dependency.answer = () => Promise.reject(refusal(1_000));
  await ask();
  await time.advance(1_201);
  const gate = Promise.withResolvers<string>();
  dependency.answer = () => gate.promise;
  const probe = ask();
  expect(await ask()).toBe('THROTTLED');
  gate.resolve('answer');
  expect(await probe).toBe('answer');
  expect(await ask()).toBe('answer');
  expect(dependency.calls).toBe(3);
});

test('where the dependency does not say how long, rests double from 1 s to 5 min', async () => {
  const { time, dependency, ask } = pushed();
  dependency.answer = () => Promise.reject(refusal());
  const callsWithin = async (ms: number) => {
    const before = dependency.calls;
    for (let at = 0; at < ms; at += 500) {
      await ask();
      await time.advance(500);
    }
    return dependency.calls - before;
  };
  expect(await callsWithin(60_000)).toSatisfy((calls: number) => calls >= 5 && calls <= 7);
  await callsWithin(600_000);
  expect(await callsWithin(1_800_000)).toSatisfy((calls: number) => calls >= 5 && calls <= 6);
});

test('a wait of hours is cut to half a minute', async () => {
  const { time, dependency, ask } = pushed();
  dependency.answer = () => Promise.reject(refusal(7_200_000));
  await ask();
  await time.advance(36_001);
  await ask();
  expect(dependency.calls).toBe(2);
});

test('a probe that ends otherwise decides nothing: the next call finds out', async () => {
  const { time, dependency, ask } = pushed();
  dependency.answer = () => Promise.reject(refusal(1_000));
  await ask();
  await time.advance(1_201);
  dependency.answer = () => Promise.reject(new Failure('NETWORK', 'reset', { fault: true }));
  expect([await ask(), await ask()]).toEqual(['NETWORK', 'NETWORK']);
  dependency.answer = async () => 'answer';
  expect(await ask()).toBe('answer');
});

test('a success of a call begun before the refusal ends no rest, nor does its failure prolong one', async () => {
  const { time, dependency, ask } = pushed();
  const [early, late] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  dependency.answer = () => early.promise;
  const first = ask();
  dependency.answer = () => late.promise;
  const second = ask();
  dependency.answer = () => Promise.reject(refusal(1_000));
  await ask();
  await time.advance(900);
  early.resolve('answer');
  late.reject(refusal(20_000));
  expect([await first, await second, await ask()]).toEqual(['answer', 'THROTTLED', 'THROTTLED']);
  await time.advance(301);
  dependency.answer = async () => 'answer';
  expect(await ask()).toBe('answer');
});

test('failures without pushback are none', async () => {
  const { dependency, ask } = pushed();
  dependency.answer = () => Promise.reject(new Failure('THROTTLED', 'no hint', { retryAfterMs: 5_000 }));
  await ask();
  await ask();
  expect(dependency.calls).toBe(2);
});
