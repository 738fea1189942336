import { expect, test } from 'vitest';
import { bulkBodies } from './bulk-bodies.ts';

test('memory that was given back is used again, where it is large enough', () => {
  const bodies = bulkBodies(2);
  const first = bodies.take(100);
  expect(bodies.take(100)).not.toBe(first);
  bodies.giveBack(first);
  expect(bodies.take(60)).toBe(first);
});

test('smaller memory makes room for larger', () => {
  const bodies = bulkBodies(1);
  const small = bodies.take(100);
  bodies.giveBack(small);
  const large = bodies.take(200);
  expect(large.length).toBe(200);
  bodies.giveBack(large);
  expect(bodies.take(100)).toBe(large);
});

test('no more is kept than may be under way', () => {
  const bodies = bulkBodies(1);
  const [one, two] = [bodies.take(10), bodies.take(10)];
  bodies.giveBack(one);
  bodies.giveBack(two);
  expect([bodies.take(10), bodies.take(10)].filter((buffer) => buffer === one || buffer === two)).toEqual([one]);
});
