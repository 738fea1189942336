import { manualTime } from '@segment-store/resilience/manual-time';
import { expect, test } from 'vitest';
import { type LoopLoad, watchLoop } from './loop-load.ts';

test('ten looks a second: utilisation, and how late the loop came to what was due', async () => {
  const time = manualTime();
  const loads: LoopLoad[] = [];
  const watching = watchLoop({ time, utilisation: () => 0.5, onLoad: (load) => loads.push(load) });
  await time.advance(250);
  expect(loads).toEqual([
    { utilisation: 0.5, delayMs: 0, overMs: 100 },
    { utilisation: 0.5, delayMs: 0, overMs: 100 },
  ]);
  watching[Symbol.dispose]();
  await time.advance(1_000);
  expect([loads.length, time.pending()]).toEqual([2, 0]);
});

test('a stall is seen whole, and in the look that it delays', () => {
  const due: (() => void)[] = [];
  let now = 0;
  const loads: LoopLoad[] = [];
  const after = (_: number, action: () => void) => {
    due.push(action);
    return () => {};
  };
  const time = { now: () => now, after };
  using _ = watchLoop({ time, utilisation: () => 1, onLoad: (load) => loads.push(load) });
  for (const at of [10, 20, 530]) {
    now = at;
    due.shift()?.();
  }
  expect(loads).toEqual([{ utilisation: 1, delayMs: 500, overMs: 530 }]);
});
