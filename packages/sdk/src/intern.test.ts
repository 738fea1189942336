import { expect, test } from 'vitest';
import { createIntern } from './intern.ts';

const names = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `recurrent:category:${from + index}`);

test('equal sets are one frozen array, with the same names', () => {
  const { intern } = createIntern(100_000);
  const first = intern(names(3));
  expect(intern(names(3))).toBe(first);
  expect(Object.isFrozen(first)).toBe(true);
  expect(intern(names(4))).toEqual(names(4));
});

test('what is kept of sets and names stays within its bytes, whatever comes', () => {
  const { intern, bytes } = createIntern(100_000);
  for (let set = 0; set < 1_000; set += 1) intern(names(300, set * 300));
  expect(bytes()).toSatisfy((kept: number) => kept > 10_000 && kept <= 100_000);
});

test('a set larger than all of its bytes is passed on all the same', () => {
  const { intern, bytes } = createIntern(1_000);
  expect(intern(names(300))).toEqual(names(300));
  expect(bytes()).toBeLessThanOrEqual(1_000);
});
