import type { CustomerId, SegmentId } from '@segment-store/contract/id';
import type { Member } from '@segment-store/contract/lines';

/** A member as it is stored: the canonical line. */
export interface StoredMember {
  readonly customer_id: CustomerId;
  readonly segment_ids: readonly SegmentId[];
}

/** Trusted: lines were checked when they were written. */
export function toMember({ customer_id, segment_ids }: StoredMember): Member {
  return { customerId: customer_id, segmentIds: segment_ids };
}
