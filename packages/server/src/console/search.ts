/** A page of a catalogue, found in one walk: however large the catalogue, the walk is short and shared with lookups. */
import type { Segment } from '@segment-store/contract/lines';
import type { Reader } from '@segment-store/store/store';
import { isNamed } from '../lookup/catalogue.ts';
import type { Filters } from '../lookup/read-path.ts';
import { matches } from '../lookup/select.ts';
import { inTurns } from './in-turns.ts';

export const ORDERS = ['id', 'size'] as const;
export type Order = (typeof ORDERS)[number];

/** The last segment of the page before. */
export type Place = Pick<Segment, 'id' | 'size'>;

export interface Search {
  /** Somewhere in the id or the name, whatever its case; empty: everywhere. */
  readonly text: string;
  readonly filters: Filters;
  /** By id, or the largest first. */
  readonly order: Order;
  readonly after: Place | undefined;
  readonly limit: number;
}

export interface Found {
  /** On all pages. */
  readonly total: number;
  readonly segments: readonly Segment[];
  readonly hasMore: boolean;
}

export async function searched({ catalogue }: Pick<Reader, 'catalogue'>, search: Search): Promise<Found> {
  const { filters, after, limit, order } = search;
  const text = search.text.toLowerCase();
  const isBefore = order === 'id' ? byId : bySize;
  const best: Segment[] = [];
  let total = 0;
  await inTurns(catalogue.values(), (segment) => {
    if (!matches(segment, filters) || !isNamed(segment, text)) return;
    total += 1;
    if (after !== undefined && !isBefore(after, segment)) return;
    const worst = best.at(-1);
    // One more than a page: whether there is another.
    if (best.length > limit && worst !== undefined && !isBefore(segment, worst)) return;
    best.splice(placeIn(best, segment, isBefore), 0, segment);
    if (best.length > limit + 1) best.pop();
  });
  return { total, segments: best.slice(0, limit), hasMore: best.length > limit };
}

type IsBefore = (one: Place, other: Place) => boolean;
const byId: IsBefore = (one, other) => one.id < other.id;
const bySize: IsBefore = (one, other) => (one.size === other.size ? one.id < other.id : one.size > other.size);

/** By halving; most of a catalogue comes in order and goes to the end. */
function placeIn(best: readonly Segment[], segment: Segment, isBefore: IsBefore): number {
  let [from, to] = [0, best.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const other = best[middle];
    if (other !== undefined && isBefore(other, segment)) from = middle + 1;
    else to = middle;
  }
  return from;
}
