import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

const taken = (bucket: TokenBucket, at: number, count: number) =>
  Array.from({ length: count }, () => bucket.take(at)).filter((waitMs) => waitMs === 0).length;

test('a second’s worth goes at once, then as many a second as the rate says', () => {
  const bucket = new TokenBucket(10);
  expect(taken(bucket, 0, 100)).toBe(10);
  expect(bucket.take(0)).toBe(100);
  expect(taken(bucket, 350, 100)).toBe(3);
  expect(taken(bucket, 100_000, 100)).toBe(10);
});

test('over a minute, however it is asked, it gives the rate and one second’s worth', () => {
  const bucket = new TokenBucket(7);
  let given = 0;
  for (let at = 0; at <= 60_000; at += 13) given += taken(bucket, at, 3);
  expect(given).toBeGreaterThanOrEqual(7 * 60);
  expect(given).toBeLessThanOrEqual(7 * 61);
});

test('what was owed is paid back before anything is given', () => {
  const bucket = new TokenBucket(10);
  expect(bucket.take(0)).toBe(0);
  bucket.owe(99);
  expect([bucket.take(0), bucket.take(9_000), bucket.take(9_100)]).toEqual([9_100, 100, 0]);
});

test('a worker’s part of a small rate is less than one a second', () => {
  const bucket = new TokenBucket(1 / 4);
  expect([taken(bucket, 0, 5), bucket.take(0), taken(bucket, 3_999, 5), taken(bucket, 4_000, 5)]).toEqual([
    1, 4_000, 0, 1,
  ]);
});
