import { expect, test } from 'vitest';
import { createLimiter, limit } from './limit.ts';
import { stack, unlimited } from './operation.ts';

test('one more than the limit is refused at once, and places come free on success and on failure', async () => {
  const limiter = createLimiter(2);
  const gates = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const send = stack([limit(limiter)], async (index: number) => gates[index]?.promise);
  const both = Promise.allSettled([send(0, unlimited), send(1, unlimited)]);
  await expect(send(0, unlimited)).rejects.toMatchObject({ code: 'OVERLOADED', fault: false, attempts: 0 });
  gates[0]?.resolve('done');
  gates[1]?.reject(new Error('broken'));
  expect((await both).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(limiter.inFlight).toBe(0);
  expect(await send(0, unlimited)).toBe('done');
});
