import type { Segment } from '@segment-store/contract/lines';
import { expect, test } from 'vitest';
import { segment } from '../fixture/store.ts';
import { effectOf } from './effect.ts';

const sized = (sizes: Readonly<Record<string, number>>) =>
  new Map(
    Object.entries(sizes).map(([id, size]): [Segment['id'], Segment] => {
      const one = { ...segment(id), size };
      return [one.id, one];
    }),
  );

test('segments that change most come first; those of one side only count from or to nothing', async () => {
  const before = sized({ same: 5, grows: 10, shrinks: 100, vanishes: 3, 'vanishes-empty': 0 });
  const after = sized({ same: 5, grows: 12, shrinks: 1, appears: 40 });
  const { largest, ...counts } = await effectOf(before, after, 3);
  expect(largest.map((change) => [change.segment.id, change.before, change.after])).toEqual([
    ['shrinks', 100, 1],
    ['appears', 0, 40],
    ['vanishes', 3, 0],
  ]);
  expect(counts).toEqual({ larger: 1, smaller: 1, same: 1, appear: 1, vanish: 2 });
});
