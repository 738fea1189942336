import { manualTime } from '@segment-store/resilience/manual-time';
import { expect, test } from 'vitest';
import { LateRefusals } from './late-refusals.ts';

const reason = new Error('busy');

/** Of `count` refusals: how many are given at once, and when the others are. */
function refused(refusals: LateRefusals, count: number, now: () => number) {
  const startedAt = now();
  const late: number[] = [];
  let atOnce = 0;
  for (let index = 0; index < count; index++) {
    try {
      refusals.refuse(reason).catch(() => late.push(now() - startedAt));
    } catch (error) {
      expect(error).toBe(reason);
      atOnce++;
    }
  }
  return { late, atOnce };
}

const look = (utilisation: number) => ({ utilisation, delayMs: 0, overMs: 100 });

test('a loop that has time refuses everybody at once', () => {
  const time = manualTime();
  const refusals = new LateRefusals(time);
  refusals.update(look(0.79));
  expect(refused(refusals, 5_000, time.now).atOnce).toBe(5_000);
});

test('a busy one refuses a hundred at once, the others spread over the second after which they may ask again', async () => {
  const time = manualTime();
  const refusals = new LateRefusals(time);
  refusals.update(look(0.8));
  const { atOnce, late } = refused(refusals, 1_000, time.now);
  expect(atOnce).toBe(100);
  await time.advance(1_000);
  expect(late.length).toBe(900);
  const perTenth = Array.from({ length: 10 }, (_, tenth) => late.filter((ms) => Math.floor(ms / 100) === tenth).length);
  expect([perTenth[0], Math.min(...perTenth.slice(1)) >= 95, Math.max(...perTenth) <= 105]).toEqual([0, true, true]);
});

test('each look allows a hundred more, and a second after the loop was busy last all are given at once', async () => {
  const time = manualTime();
  const refusals = new LateRefusals(time);
  refusals.update(look(1));
  refused(refusals, 500, time.now);
  refusals.update(look(1));
  expect(refused(refusals, 500, time.now).atOnce).toBe(100);
  await time.advance(1_000);
  refusals.update(look(0.3));
  expect(refused(refusals, 500, time.now).atOnce).toBe(500);
});

test('no more than ten thousand wait', () => {
  const time = manualTime();
  const refusals = new LateRefusals(time);
  refusals.update(look(1));
  expect(refused(refusals, 20_000, time.now).atOnce).toBe(10_000);
  expect(time.pending()).toBe(10_000);
});
