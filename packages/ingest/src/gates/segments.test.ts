/** Gates over the members of each segment. */
import { parseSegmentId } from '@segment-store/contract/id';
import { unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import type { Opened } from './gate.ts';
import { before, crowd, genesis, judged, now } from './judged.fixture.ts';
import { failed, ledger, partOf } from './outcomes.fixture.ts';
import { segmentDrift } from './segment-drift.ts';
import { segmentSizes } from './segment-sizes.ts';
import { unlistedSegments } from './unlisted-segments.ts';

const sizes = (counts: Readonly<Record<string, number>>) => async () =>
  new Map(Object.entries(counts).map(([id, count]) => [parseSegmentId(id), count]));

const loss = { maxSegmentLoss: 0.01, segmentTolerance: 10 };
const sealed = now({ c1: ['a', 'b'], c2: ['a'] });

test('segments as large as the catalogue says pass', async () => {
  expect(await segmentSizes(loss).judge(judged(sealed, genesis), unlimited)).toMatchObject({ passed: true });
});

test.each([
  [{ a: 1, b: 1 }, 'a 1 of 2'],
  [{ a: 2, b: 2 }, 'b 2 of 1'],
])('a segment of another size is named: %o', async (counts, named) => {
  const finding = await segmentSizes(loss).judge(judged(sealed, genesis, { sizes: sizes(counts) }), unlimited);
  expect(finding).toMatchObject({ passed: false, figure: `1 of 2 segments differ (${named})` });
});

test.each([
  [1_000, 990, true],
  [1_000, 989, false],
  [2_000, 1_980, true],
  [2_000, 1_979, false],
  [10, 0, true], // ten may always lack
  [10, 11, false], // nothing that is left out makes a segment larger
])('where lines were left out, a segment of %d with %d members: passes %s', async (size, count, passed) => {
  const large = now(crowd(size, 'a'));
  const outcomes = ledger(failed(partOf(0)));
  const finding = segmentSizes(loss).judge(judged(large, genesis, { outcomes, sizes: sizes({ a: count }) }), unlimited);
  expect(await finding).toMatchObject({ passed });
});

test('memberships in segments that no catalogue line names are counted', async () => {
  const finding = await unlistedSegments.judge(judged(sealed, genesis, { sizes: sizes({ a: 2 }) }), unlimited);
  expect(finding).toMatchObject({ passed: false, figure: expect.stringMatching(/^1 of 3 memberships/) });
  expect(await unlistedSegments.judge(judged(sealed, genesis), unlimited)).toMatchObject({ passed: true });
});

const limits = { maxSegmentDrift: 0.5, segmentTolerance: 10, maxDriftingSegments: 0.01 };
const drifts = (live: Opened, counts: Readonly<Record<string, number>>, maxDriftingSegments = 0.01) =>
  segmentDrift({ ...limits, maxDriftingSegments }).judge(judged(sealed, live, { sizes: sizes(counts) }), unlimited);

test.each([
  [100, 150, true],
  [100, 151, false],
  [100, 50, true],
  [100, 49, false],
  [4, 14, true], // ten members may always come or go
  [4, 15, false],
])('a segment of %d members live and %d now: passes %s', async (size, count, passed) => {
  expect(await drifts(before(crowd(size, 'a')), { a: count })).toMatchObject({ passed });
});

test('as many segments may drift as the limit says; those in one generation only are no drift', async () => {
  const live = before(crowd(100, 'a', 'b', 'gone'));
  const counts = { a: 1, b: 100, new: 100 };
  expect(await drifts(live, counts, 0.5)).toMatchObject({ passed: true, figure: '1 of 2 segments (a −99 %)' });
  expect(await drifts(live, counts, 0.49)).toMatchObject({ passed: false });
});

test('the first publish has nothing to drift from', async () => {
  expect(await drifts(genesis, { a: 100 })).toMatchObject({ passed: true, figure: 'first publish' });
});
