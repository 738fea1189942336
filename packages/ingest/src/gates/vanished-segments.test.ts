import { unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import { before, judged, now } from './judged.fixture.ts';
import { vanishedSegments } from './vanished-segments.ts';

const judge = (maxVanishedSegments: number, ...segments: readonly string[]) => {
  const live = before({ c1: ['a', 'b', 'c'] });
  return vanishedSegments({ maxVanishedSegments }).judge(judged(now({ c1: segments }), live), unlimited);
};

test('a segment of the live catalogue that is absent is named', () => {
  expect(judge(0, 'a', 'c', 'd')).toMatchObject({ passed: false, figure: '1 of 3 (b)' });
});

test('new segments may come, and as many may vanish as the limit says', () => {
  expect(judge(0, 'a', 'b', 'c', 'd')).toMatchObject({ passed: true, figure: '0 of 3' });
  expect(judge(2, 'a')).toMatchObject({ passed: true });
  expect(judge(1, 'a')).toMatchObject({ passed: false });
});
