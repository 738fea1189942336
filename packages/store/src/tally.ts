/** Counting what became of source lines. */

import type { CustomerId } from '@segment-store/contract/id';
import { customerIdAt, SPAN_FIELDS } from '@segment-store/contract/lines';
import type { Lines, Reason, Rejection, Tally } from './store.ts';

/** One line of `Lines`, by its place in them. */
export interface Line {
  readonly start: number;
  readonly end: number;
  readonly idStart: number;
  readonly idEnd: number;
  readonly memberships: number;
}

export function lineAt({ spans }: Lines, index: number): Line {
  const at = index * SPAN_FIELDS;
  // Destructuring a view of them would cost more than the rest of what a load does with a line.
  return {
    start: spans[at] ?? 0,
    end: spans[at + 1] ?? 0,
    idStart: spans[at + 2] ?? 0,
    idEnd: spans[at + 3] ?? 0,
    memberships: spans[at + 4] ?? 0,
  };
}

export const lineCount = ({ spans }: Lines): number => spans.length / SPAN_FIELDS;

export function customerOf(lines: Lines, index: number): CustomerId {
  const { idStart, idEnd } = lineAt(lines, index);
  return customerIdAt(lines.bytes, idStart, idEnd);
}

/** A tally in the making, of some of the lines. */
export class LineTally implements Tally {
  created = 0;
  replayed = 0;
  readonly skipped = 0;
  memberships = 0;
  readonly rejected: Rejection[] = [];
  readonly #lines: Lines;

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  stored(outcome: 'created' | 'replayed', index: number): void {
    this[outcome] += 1;
    this.memberships += lineAt(this.#lines, index).memberships;
  }

  reject(index: number, reason: Reason, detail: Pick<Rejection, 'type' | 'status'> = {}): void {
    const { part, offsets, numbers } = this.#lines;
    const place = { part: part.key, line: numbers[index] ?? 0, offset: offsets[index] ?? 0 };
    this.rejected.push({ ...place, reason, ...detail });
  }
}
