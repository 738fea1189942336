import { expect, test } from 'vitest';
import { adaptiveLimit, createAdaptiveLimiter } from './adaptive-limit.ts';
import { Failure } from './failure.ts';
import { stack, unlimited } from './operation.ts';

function limited(initial: number) {
  const limiter = createAdaptiveLimiter({ min: 4, initial, max: 20 });
  const waiting: PromiseWithResolvers<string>[] = [];
  const send = stack([adaptiveLimit(limiter)], () => {
    const gate = Promise.withResolvers<string>();
    waiting.push(gate);
    return gate.promise;
  });
  const begin = (count: number) =>
    Array.from({ length: count }, () => send(undefined, unlimited).catch((error: Failure) => error.code));
  const end = async (settle: (gate: PromiseWithResolvers<string>) => void) => {
    waiting.splice(0).map(settle);
    await new Promise(setImmediate);
  };
  return { limiter, begin, end };
}

const succeed = ({ resolve }: PromiseWithResolvers<string>) => resolve('answer');
const failWith = (failure: Failure) => (gate: PromiseWithResolvers<string>) => gate.reject(failure);

test('answers in time raise it as far as it is used, and no further than its maximum', async () => {
  const { limiter, begin, end } = limited(10);
  begin(4);
  await end(succeed);
  expect(limiter.max).toBe(10);
  for (let round = 0; round < 20; round += 1) {
    begin(limiter.max);
    await end(succeed);
  }
  expect(limiter.max).toBe(20);
});

test('one more than the limit of the moment is refused at once', async () => {
  const { begin, end, limiter } = limited(4);
  const all = begin(5);
  expect(await all.at(-1)).toBe('OVERLOADED');
  await end(succeed);
  expect(limiter.inFlight).toBe(0);
});

test.each([new Failure('TIMEOUT', 'slow', { fault: true }), new Failure('OVERLOADED', 'busy', { fault: true })])(
  '$code of the dependency lowers it once for all that were in flight, and never below its minimum',
  async (failure) => {
    const { limiter, begin, end } = limited(10);
    begin(10);
    await end(failWith(failure));
    expect(limiter.max).toBe(9);
    for (let round = 0; round < 20; round += 1) {
      begin(1);
      await end(failWith(failure));
    }
    expect(limiter.max).toBe(4);
  },
);

test.each([
  new Failure('OVERLOADED', 'our own refusal'),
  new Failure('NETWORK', 'reset', { fault: true }),
  new Failure('UNAUTHORIZED', 'no'),
])('$code ($message) says nothing of how much is too much', async (failure) => {
  const { limiter, begin, end } = limited(10);
  begin(2);
  await end(failWith(failure));
  expect(limiter.max).toBe(10);
});
