/** Pairs in order → member lines in order; memory holds the customer at hand. */
import type { PairBatch } from './duckdb.ts';

export interface MemberLine {
  /** Without line break. */
  readonly text: string;
  readonly memberships: number;
}

/** A pair that comes several times counts once. */
export async function* foldPairs(pairs: AsyncIterable<PairBatch>): AsyncGenerator<readonly MemberLine[]> {
  let customer: string | undefined;
  let segments: string[] = [];
  for await (const { customerIds, segmentIds } of pairs) {
    const lines: MemberLine[] = [];
    for (const [index, segment] of segmentIds.entries()) {
      const next = customerIds[index];
      if (next !== customer) {
        if (customer !== undefined) lines.push(toLine(customer, segments));
        customer = next;
        segments = [];
      }
      if (segment !== segments.at(-1)) segments.push(segment);
    }
    yield lines;
  }
  if (customer !== undefined) yield [toLine(customer, segments)];
}

function toLine(customer: string, segments: readonly string[]): MemberLine {
  const text = JSON.stringify({ customer_id: customer, segment_ids: segments });
  return { text, memberships: segments.length };
}
