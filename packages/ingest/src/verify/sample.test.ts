import { expect, test } from 'vitest';
import { draw } from './sample.ts';

test('a sample has no number twice, in order; all of them when there are no more', () => {
  for (const count of [0, 1, 5, 99, 100, 1_000]) {
    const drawn = draw(count, 100, Math.random);
    expect(drawn).toHaveLength(Math.min(count, 100));
    expect(drawn).toEqual([...new Set(drawn)].sort((a, b) => a - b));
    expect(drawn.every((one) => one >= 0 && one < 100)).toBe(true);
  }
});

test('every number is as likely as any other', () => {
  const counts = new Array<number>(10).fill(0);
  for (let round = 0; round < 20_000; round++) {
    for (const one of draw(3, 10, Math.random)) counts[one] = (counts[one] ?? 0) + 1;
  }
  for (const count of counts) expect(count / 6_000).toBeCloseTo(1, 0.5);
});
