import { expect, test } from 'vitest';
import { manualClock } from './clock.fixture.ts';
import type { CommandEvent } from './event.ts';
import { measured } from './measured.ts';

function listen() {
  const heard: CommandEvent[] = [];
  const clock = manualClock();
  const say = measured((event) => heard.push(event), clock);
  const progress = (done: number, stage = 'fill') =>
    say({ kind: 'progress', stage, done, total: 100_000, unit: 'rows' });
  return { heard, clock, progress };
}

test('rate and remaining time are those of the last half minute', () => {
  const { heard, clock, progress } = listen();
  progress(50_000); // what an earlier job did counts for no rate
  expect(heard.at(-1)).not.toHaveProperty('perSecond');
  for (let second = 1; second <= 60; second++) {
    clock.advance(1_000);
    progress(50_000 + second * 100);
  }
  expect(heard.at(-1)).toMatchObject({ perSecond: 100, etaMs: 440_000 });
  for (let second = 1; second <= 31; second++) {
    clock.advance(1_000);
    progress(56_000 + second * 10);
  }
  expect(heard.at(-1)).toMatchObject({ perSecond: 10 });
});

test('another stage begins anew; without any advance nobody knows when it ends', () => {
  const { heard, clock, progress } = listen();
  progress(10);
  clock.advance(1_000);
  progress(10);
  expect(heard.at(-1)).toMatchObject({ perSecond: 0 });
  expect(heard.at(-1)).not.toHaveProperty('etaMs');
  progress(0, 'seal');
  expect(heard.at(-1)).not.toHaveProperty('perSecond');
});
