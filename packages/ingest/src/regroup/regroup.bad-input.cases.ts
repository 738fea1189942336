/** Lines of a by-segment run that are rejected, and why. One bad id rejects its whole line. */
import type { FormatReason } from '@segment-store/contract/id';

export interface BadSegmentLine {
  readonly title: string;
  readonly text: string;
  readonly reason: FormatReason;
}

export const badSegmentLines: readonly BadSegmentLine[] = [
  { title: 'no JSON', text: '{"segment_id":"a","customer_ids":["c9"', reason: 'malformed' },
  { title: 'a list', text: '["a","c9"]', reason: 'malformed' },
  { title: 'a member line', text: '{"customer_id":"c9","segment_ids":["a"]}', reason: 'malformed' },
  { title: 'no segment', text: '{"customer_ids":["c9"]}', reason: 'malformed' },
  { title: 'a numeric segment', text: '{"segment_id":7,"customer_ids":["c9"]}', reason: 'malformed' },
  { title: 'no customers', text: '{"segment_id":"a"}', reason: 'malformed' },
  { title: 'one customer without a list', text: '{"segment_id":"a","customer_ids":"c9"}', reason: 'malformed' },
  { title: 'a numeric customer', text: '{"segment_id":"a","customer_ids":["c9",17850]}', reason: 'malformed' },
  { title: 'a null customer', text: '{"segment_id":"a","customer_ids":["c9",null]}', reason: 'malformed' },
  {
    title: 'the segment twice',
    text: '{"segment_id":"a","segment_id":"b","customer_ids":["c9"]}',
    reason: 'malformed',
  },
  { title: 'an empty customer', text: '{"segment_id":"a","customer_ids":["c9",""]}', reason: 'bad-id' },
  { title: 'a line feed in a customer', text: '{"segment_id":"a","customer_ids":["c9","x\\ny"]}', reason: 'bad-id' },
  { title: 'a bad segment', text: '{"segment_id":"a/b","customer_ids":["c9"]}', reason: 'bad-id' },
  { title: 'half a surrogate pair', text: '{"segment_id":"a","customer_ids":["\\ud800"]}', reason: 'bad-id' },
];
