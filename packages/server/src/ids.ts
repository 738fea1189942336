/** Ids that are none: where one stands and what is wrong with it, never the id, as error bodies end up in logs. */
import { MAX_CUSTOMER_ID_BYTES } from '@segment-store/contract/id';
import { invalidId, type ProblemError } from './errors.ts';

const CUSTOMER_ID = `1 to ${MAX_CUSTOMER_ID_BYTES} bytes of UTF-8, no control characters, not "." or ".."`;
const RUN_ID = 'a UTC time and an optional suffix of a-z 0-9, as in 20260131t235959z or 20260131t235959z-retry';
const SEGMENT_ID = 'a letter or digit, then at most 127 of A-Z a-z 0-9 . _ : ~ -';

export function noCustomerId(place: string, text: string): ProblemError {
  return invalidId(`${place} is no customer id (${CUSTOMER_ID}): it ${faultOf(text)}`);
}

export function noSegmentId(place: string): ProblemError {
  return invalidId(`${place} is no segment id (${SEGMENT_ID})`);
}

export function noRunId(place: string): ProblemError {
  return invalidId(`${place} is no run id (${RUN_ID})`);
}

function faultOf(text: string): string {
  if (text === '') return 'is empty';
  if (text === '.' || text === '..') return 'is a dot segment, which URLs take away';
  if (!text.isWellFormed()) return 'holds half of a surrogate pair';
  const bytes = Buffer.byteLength(text);
  return bytes > MAX_CUSTOMER_ID_BYTES ? `has ${bytes} bytes` : 'holds a control character';
}
