import { expect, test } from 'vitest';
import { newcombe, wilson } from './intervals.ts';
import { binomialTail, chiSquareTail } from './tails.ts';

// Abramowitz & Stegun, table 26.8.
test.each([
  [3.84146, 1, 0.05],
  [6.6349, 1, 0.01],
  [10.8276, 1, 0.001],
  [9.21034, 2, 0.01],
  [18.307, 10, 0.05],
  [2.70554, 1, 0.1],
  [124.342, 100, 0.05],
  [0.454936, 1, 0.5],
])('a chi-square of %f with %i degrees is exceeded with probability %f', (x, degrees, expected) => {
  expect(chiSquareTail(x, degrees) / expected).toBeCloseTo(1, 4);
});

function exactTail(hits: number, tries: number, chance: number): number {
  let term = (1 - chance) ** tries;
  let below = 0;
  for (let k = 0; k < hits; k += 1) {
    below += term;
    term *= ((tries - k) / (k + 1)) * (chance / (1 - chance));
  }
  return 1 - below;
}

test.each([
  [8, 10, 0.5, 56 / 1024],
  [10, 10, 0.5, 1 / 1024],
  [0, 10, 0.5, 1],
  [11, 10, 0.5, 0],
  [1, 20, 0.05, 1 - 0.95 ** 20],
  [30, 100, 0.25, exactTail(30, 100, 0.25)],
  [520, 1_000, 0.5, exactTail(520, 1_000, 0.5)],
])('%i hits or more in %i tries at %f', (hits, tries, chance, expected) => {
  expect(binomialTail(hits, tries, chance)).toBeCloseTo(expected, 10);
});

test('tails of millions of tries are numbers', () => {
  expect(binomialTail(500_000, 1_000_000, 0.5)).toBeCloseTo(0.5, 3);
  expect(binomialTail(510_000, 1_000_000, 0.5)).toBeLessThan(1e-80);
});

// Newcombe 1998, Stat. Med. 17, 857–872, table I, method 3.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('the interval of %i of %i is %f to %f', (hits, tries, low, high) => {
  const interval = wilson({ hits, tries });
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

// Newcombe 1998, Stat. Med. 17, 873–890, table II, method 10.
test.each([
  { a: { hits: 56, tries: 70 }, b: { hits: 48, tries: 80 }, low: 0.0524, high: 0.3339 },
  { a: { hits: 9, tries: 10 }, b: { hits: 3, tries: 10 }, low: 0.1705, high: 0.809 },
  { a: { hits: 6, tries: 7 }, b: { hits: 2, tries: 7 }, low: 0.0582, high: 0.8062 },
  { a: { hits: 5, tries: 56 }, b: { hits: 0, tries: 29 }, low: -0.0381, high: 0.1926 },
  { a: { hits: 10, tries: 10 }, b: { hits: 0, tries: 20 }, low: 0.6791, high: 1 },
])('the difference of $a and $b is $low to $high, as published', ({ a, b, low, high }) => {
  const interval = newcombe(a, b);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});
