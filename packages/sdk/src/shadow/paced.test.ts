import { manualTime } from '@segment-store/resilience/manual-time';
import { expect, test } from 'vitest';
import { randomBelow } from '../../../../test/support/random.ts';
import { createPaced } from './paced.ts';
import { createSample } from './sample.ts';

const pace = { perSecond: 50, maxBatch: 20, maxWaiting: 100 };

test('batches leave at the pace, the first not at once', async () => {
  const time = manualTime();
  const sent: number[] = [];
  const paced = createPaced<number>(pace, async (batch) => void sent.push(batch.length), time);
  for (let item = 0; item < 90; item += 1) paced.offer(item);
  expect(sent).toEqual([]);
  await time.advance(1_000);
  expect(sent).toEqual([20, 20]);
  await time.advance(10_000);
  expect(sent).toEqual([20, 20, 20, 20, 10]);
  expect(time.pending()).toBe(0);
});

test('a pace below a batch makes batches smaller, not rarer than one a second', async () => {
  const time = manualTime();
  const sent: number[] = [];
  const paced = createPaced<number>({ ...pace, perSecond: 2 }, async (batch) => void sent.push(batch.length), time);
  for (let item = 0; item < 10; item += 1) paced.offer(item);
  await time.advance(3_000);
  expect(sent).toEqual([2, 2, 2]);
});

test('while a batch is under way nothing leaves, and what finds no room is refused', async () => {
  const time = manualTime();
  const under = Promise.withResolvers<void>();
  const sent: number[] = [];
  const send = (batch: readonly number[]) => {
    sent.push(batch.length);
    return under.promise;
  };
  const paced = createPaced<number>(pace, send, time);
  paced.offer(0);
  await time.advance(60_000);
  const taken = Array.from({ length: 150 }, (_, item) => paced.offer(item)).filter(Boolean);
  expect(taken).toHaveLength(100);
  await time.advance(60_000);
  expect(sent).toEqual([1]);
  under.reject(new Error('a send that fails does not end the pace'));
  await time.advance(400);
  expect(sent).toEqual([1, 20]);
});

test('after stop nothing leaves and nothing is taken', async () => {
  const time = manualTime();
  const sent: number[] = [];
  const paced = createPaced<number>(pace, async (batch) => void sent.push(batch.length), time);
  paced.offer(1);
  paced.stop();
  expect(paced.offer(2)).toBe(false);
  await time.advance(60_000);
  expect(sent).toEqual([]);
});

test.each([1, 0.5, 0.1, 0.01])('a share of %d is that part of all', (share) => {
  const below = randomBelow(20260131);
  const isSampled = createSample(share, () => below(2 ** 32) / 2 ** 32);
  const rounds = 200_000;
  const sampled = Array.from({ length: rounds }, isSampled).filter(Boolean).length;
  const deviation = Math.sqrt(rounds * share * (1 - share));
  expect(Math.abs(sampled - rounds * share)).toBeLessThanOrEqual(4 * deviation);
});
