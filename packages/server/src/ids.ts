/** Ids of requests. A problem says where an id stands and what is wrong, never the id: error bodies end up in logs. */
import {
  type CustomerId,
  isCustomerId,
  isSegmentId,
  MAX_CUSTOMER_ID_BYTES,
  type SegmentId,
} from '@segment-store/contract/id';
import { invalidId } from './errors.ts';

const CUSTOMER_ID = `1 to ${MAX_CUSTOMER_ID_BYTES} bytes of UTF-8, no control characters, not "." or ".."`;
const SEGMENT_ID = 'a letter or digit, then at most 127 of A-Z a-z 0-9 . _ : ~ -';

/** @throws ProblemError 400 `invalid-id` */
export function customerIdAt(place: string, text: string): CustomerId {
  if (isCustomerId(text)) return text;
  throw invalidId(`${place} is no customer id (${CUSTOMER_ID}): it ${faultOf(text)}`);
}

/** @throws ProblemError 400 `invalid-id` */
export function segmentIdAt(place: string, text: string): SegmentId {
  if (isSegmentId(text)) return text;
  throw invalidId(`${place} is no segment id: ${SEGMENT_ID}`);
}

function faultOf(text: string): string {
  if (text === '') return 'is empty';
  if (text === '.' || text === '..') return 'is a dot segment, which URLs take away';
  if (!text.isWellFormed()) return 'holds half of a surrogate pair';
  const bytes = Buffer.byteLength(text);
  return bytes > MAX_CUSTOMER_ID_BYTES ? `has ${bytes} bytes` : 'holds a control character';
}
