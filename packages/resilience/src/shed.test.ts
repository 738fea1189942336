import { expect, test } from 'vitest';
import { type Priority, stack, unlimited } from './operation.ts';
import { shed } from './shed.ts';

const outcome = (inFlight: number, priority?: Priority, max = 20) =>
  stack([shed({ max, inFlight })], async () => 'asked')(undefined, { ...unlimited, priority }).catch(
    ({ code }) => code,
  );

test.each([
  ['sheddable', 13, 14],
  ['normal', 17, 18],
  [undefined, 17, 18],
  ['critical', 19, 20],
] as const)('of 20, a %s call is asked beside %d, refused beside %d', async (priority, fits, full) => {
  expect(await outcome(fits, priority)).toBe('asked');
  expect(await outcome(full, priority)).toBe('OVERLOADED');
});

test('a limit of one is for everybody', async () => {
  expect(await outcome(0, 'sheddable', 1)).toBe('asked');
});
