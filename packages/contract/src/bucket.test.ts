import { expect, test } from 'vitest';
import { BUCKETS, bucketOf, murmur3 } from './bucket.ts';

/** As published by others, none computed here: ABsmartly's and Wikipedia's tables. */
const PUBLISHED: readonly (readonly [text: string, seed: number, hash: number])[] = [
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['t', 0, 0xca87df4d],
  ['te', 0, 0xedb8ee1b],
  ['tes', 0, 0x0bb90e5a],
  ['test', 0, 0xba6bd213],
  ['test', 0x9747b28c, 0x704b81dc],
  ['testy123', 0xdeadbeef, 0xd633060d],
  ['Hello, world!', 0x9747b28c, 0x24884cba],
  ['The quick brown fox jumps over the lazy dog', 0, 0x2e4ff723],
  ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ['special characters açb↓c', 0, 0xbe83b140],
  ['special characters açb↓c', 0xdeadbeef, 0xf7fdd8a2],
  ['Быстрая коричневая лиса перепрыгивает через ленивую собаку', 0, 0xa94f1f75],
  ['敏捷的棕色狐狸跳过了懒狗', 0x9747b28c, 0xc7df48f1],
];

test.each(PUBLISHED)('%j with seed %i hashes as it does everywhere', (text, seed, hash) => {
  expect(murmur3(text, seed)).toBe(hash);
});

/** From the specification of Unleash clients, whose buckets are hash % 100 + 1. */
test.each([
  ['gr1', '123', 73],
  ['groupX', '999', 25],
])('%s:%s falls where Unleash puts it', (salt, customerId, place) => {
  expect((bucketOf(salt, customerId) % 100) + 1).toBe(place);
});

test('customers fall evenly into all buckets', () => {
  const counts = new Array<number>(100).fill(0);
  for (let id = 0; id < 100_000; id += 1) {
    const slot = Math.floor(bucketOf('even', `${id}`) / (BUCKETS / counts.length));
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  const chiSquare = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
  expect(chiSquare).toBeLessThan(149); // 99 degrees of freedom: chance exceeds it once in 1,000
});
