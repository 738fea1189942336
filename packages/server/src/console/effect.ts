/** What each segment gains and loses when one generation takes the place of another. */
import type { SegmentId } from '@segment-store/contract/id';
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
  readonly changed: number;
  /** Only in what is there after. */
  readonly appear: number;
  /** Only in what was there before. */
  readonly vanish: number;
}

type Catalogue = Reader['catalogue'];

export async function effectOf(before: Catalogue, after: Catalogue, most: number): Promise<Effect> {
  const changes: Change[] = [];
  let [appear, vanish] = [0, 0];
  const note = (segment: Segment, sizes: Pick<Change, 'before' | 'after'>) => {
    if (sizes.before !== sizes.after) changes.push({ segment, ...sizes });
  };
  await inTurns(before.values(), (segment) => {
    const other = sizeIn(after, segment.id);
    if (other === undefined) vanish += 1;
    note(segment, { before: segment.size, after: other ?? 0 });
  });
  await inTurns(after.values(), (segment) => {
    if (before.has(segment.id)) return;
    appear += 1;
    note(segment, { before: 0, after: segment.size });
  });
  changes.sort((one, other) => amount(other) - amount(one));
  return { largest: changes.slice(0, most), changed: changes.length, appear, vanish };
}

const sizeIn = (catalogue: Catalogue, id: SegmentId): number | undefined => catalogue.get(id)?.size;
const amount = ({ before, after }: Change): number => Math.abs(after - before);
