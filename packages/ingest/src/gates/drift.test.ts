import { unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import { drift } from './drift.ts';
import { before, crowd, genesis, judged, now } from './judged.fixture.ts';

const judge = (live: number, sealed: number) =>
  drift({ maxDrift: 0.2 }).judge(judged(now(crowd(sealed)), before(crowd(live))), unlimited);

test.each([
  [100, 120, true],
  [100, 121, false],
  [100, 80, true],
  [100, 79, false],
  [2, 3, true], // one customer may always come or go
  [2, 4, false],
  [0, 1, true],
  [0, 2, false],
])('%d customers live, %d now: passes %s', (live, sealed, passed) => {
  expect(judge(live, sealed)).toMatchObject({ passed });
});

test('the figure says how many, and how many more or fewer than before', () => {
  expect(judge(1000, 500)).toMatchObject({ figure: '500 customers, 1,000 live (−50 %)' });
});

test('the first publish has nothing to drift from', () => {
  const gate = drift({ maxDrift: 0.2 });
  expect(gate.judge(judged(now(crowd(100)), genesis), unlimited)).toMatchObject({
    figure: 'first publish',
    passed: true,
  });
});
