/** Sorted (customer, segment) rows → one member a customer. Nothing is held but the customer at hand. */
import { parseCustomerId } from '@segment-store/contract/id';
import type { Member, Segment } from '@segment-store/contract/lines';
import type { Row } from './engine/duckdb.ts';

export interface Fold {
  /** Rows of `membershipsForm`: a customer's null first, then the positions of their segments. */
  readonly rows: AsyncIterable<readonly Row[]>;
  /** By position. */
  readonly segmentIds: readonly Segment['id'][];
  /** By position: raised by one for each member. */
  readonly sizes: Uint32Array;
}

/** Members in the order of the rows, in batches. */
export async function* foldMembers({ rows, segmentIds, sizes }: Fold): AsyncGenerator<readonly Member[]> {
  let customer: string | undefined;
  let held: Segment['id'][] = [];
  for await (const batch of rows) {
    const members: Member[] = [];
    for (const [id, position] of batch) {
      if (id !== customer) {
        if (customer !== undefined) members.push({ customerId: parseCustomerId(customer), segmentIds: held });
        customer = String(id);
        held = [];
      }
      const segment = typeof position === 'number' ? segmentIds[position] : undefined;
      if (segment === undefined) continue;
      held.push(segment);
      sizes[Number(position)] = (sizes[Number(position)] ?? 0) + 1;
    }
    yield members;
  }
  if (customer !== undefined) yield [{ customerId: parseCustomerId(customer), segmentIds: held }];
}
