/** How many customers each segment has, counted while the members are written: a size and its list come from one pass. */
import type { Meaning } from '@segment-store/contract/expand';
import type { SegmentId } from '@segment-store/contract/id';
import type { Member } from '@segment-store/contract/lines';

/** Of a complement within a segment: only who is in that can be in it. */
interface Rule {
  readonly base: SegmentId;
  size: number;
}

export class SegmentSizes {
  /** Of the segments with rows, by position: raised by whoever folds them. */
  readonly counts: Uint32Array;
  readonly #positions: ReadonlyMap<SegmentId, number>;
  readonly #rules = new Map<SegmentId, Rule>();
  readonly #within = new Map<string, Rule[]>();

  constructor(rows: readonly Meaning[], complements: readonly Meaning[]) {
    this.counts = new Uint32Array(rows.length);
    this.#positions = new Map(rows.map(({ id }, position) => [id, position]));
    for (const { id, complementOf: base, universe } of complements) {
      if (base === undefined || universe === undefined || universe === 'known' || universe === 'everyone') continue;
      const rule = { base, size: 0 };
      this.#rules.set(id, rule);
      this.#within.set(universe, [...(this.#within.get(universe) ?? []), rule]);
    }
  }

  /** Passes the members on. */
  async *counting(batches: AsyncIterable<readonly Member[]>): AsyncGenerator<readonly Member[]> {
    for await (const batch of batches) {
      if (this.#within.size > 0) for (const member of batch) this.#count(member);
      yield batch;
    }
  }

  /** Once every member has passed; `customers`: how many they were. Customers nobody knows are in no size. */
  of({ id, complementOf }: Meaning, customers: number): number {
    if (complementOf === undefined) return this.#rowsOf(id);
    return this.#rules.get(id)?.size ?? customers - this.#rowsOf(complementOf);
  }

  #rowsOf(id: SegmentId): number {
    return this.counts[this.#positions.get(id) ?? -1] ?? 0;
  }

  #count({ segmentIds }: Member): void {
    const held = new Set(segmentIds);
    for (const id of segmentIds) {
      for (const rule of this.#within.get(id) ?? []) if (!held.has(rule.base)) rule.size += 1;
    }
  }
}
