/** What each segment gains and loses when one generation takes the place of another. */
import type { Segment } from '@segment-store/contract/lines';
import type { Reader } from '@segment-store/store/store';
import { inTurns } from './in-turns.ts';

export interface Change {
  readonly segment: Segment;
  /** Customers; 0 where the segment is not there. */
  readonly before: number;
  readonly after: number;
}

export interface Effect {
  /** Those that change most. */
  readonly largest: readonly Change[];
  /** Segments of both, by what becomes of their size. */
  readonly larger: number;
  readonly smaller: number;
  readonly same: number;
  /** Only in what is there after. */
  readonly appear: number;
  /** Only in what was there before. */
  readonly vanish: number;
}

type Catalogue = Reader['catalogue'];

export async function effectOf(before: Catalogue, after: Catalogue, most: number): Promise<Effect> {
  const changes: Change[] = [];
  const counts = { larger: 0, smaller: 0, same: 0, appear: 0, vanish: 0 };
  const note = (segment: Segment, sizes: Pick<Change, 'before' | 'after'>) => {
    if (sizes.before !== sizes.after) changes.push({ segment, ...sizes });
  };
  await inTurns(before.values(), (segment) => {
    const other = after.get(segment.id)?.size;
    counts[becomes(segment.size, other)] += 1;
    note(segment, { before: segment.size, after: other ?? 0 });
  });
  await inTurns(after.values(), (segment) => {
    if (before.has(segment.id)) return;
    counts.appear += 1;
    note(segment, { before: 0, after: segment.size });
  });
  changes.sort((one, other) => amount(other) - amount(one));
  return { largest: changes.slice(0, most), ...counts };
}

function becomes(before: number, after: number | undefined): 'larger' | 'smaller' | 'same' | 'vanish' {
  if (after === undefined) return 'vanish';
  if (after === before) return 'same';
  return after > before ? 'larger' : 'smaller';
}

const amount = ({ before, after }: Change): number => Math.abs(after - before);
