/** A row of a by-segment run → one segment and customers in it, every id checked. */
import { Fields } from '@segment-store/contract/fields';
import { type CustomerId, parseCustomerId, parseSegmentId, type SegmentId } from '@segment-store/contract/id';
import { parseJson } from '@segment-store/contract/json';

export interface SegmentRow {
  readonly segmentId: SegmentId;
  /** One may be there twice. */
  readonly customerIds: readonly CustomerId[];
}

/** `{"segment_id":"a","customer_ids":["c1",…]}`, other keys ignored. @throws FormatError */
export function parseSegmentRow(bytes: Uint8Array): SegmentRow {
  const row = new Fields(parseJson(bytes, 'segment line'), 'segment line: ');
  const customerIds = row.value('customer_ids');
  if (!Array.isArray(customerIds)) return row.refuse('customer_ids', 'a list of customer ids');
  const ids = customerIds.map((id: unknown) =>
    typeof id === 'string' ? parseCustomerId(id) : row.refuse('customer_ids', 'nothing but texts in it'),
  );
  return { segmentId: parseSegmentId(textOf(row, 'segment_id')), customerIds: ids };
}

/** `{"segment_id":"a","customer_id":"c1"}`, as readers of tables make it. @throws FormatError */
export function parsePairRow(bytes: Buffer): SegmentRow {
  const { segmentId, customerId } = scanPair(bytes) ?? parsePair(bytes);
  return { segmentId: parseSegmentId(segmentId), customerIds: [parseCustomerId(customerId)] };
}

interface Texts {
  readonly segmentId: string;
  readonly customerId: string;
}

const OPEN = '{"segment_id":"';
const MIDDLE = '","customer_id":"';
const CLOSE = '"}';
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const REPLACEMENT = '\ufffd';

/** Fast path: exactly that shape, without an escape. What may be no UTF-8 is left to the slow one. */
function scanPair(bytes: Buffer): Texts | undefined {
  if (bytes.includes(BACKSLASH) || !isAt(bytes, OPEN, 0)) return undefined;
  const quote = bytes.indexOf(QUOTE, OPEN.length);
  const from = quote + MIDDLE.length;
  const to = bytes.length - CLOSE.length;
  if (from > to || !isAt(bytes, MIDDLE, quote) || bytes.indexOf(QUOTE, from) !== to) return undefined;
  const customerId = bytes.toString('utf8', from, to);
  if (customerId.includes(REPLACEMENT)) return undefined;
  return { segmentId: bytes.toString('latin1', OPEN.length, quote), customerId };
}

function isAt(bytes: Buffer, text: string, at: number): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}

function parsePair(bytes: Uint8Array): Texts {
  const row = new Fields(parseJson(bytes, 'pair'), 'pair: ');
  return { segmentId: textOf(row, 'segment_id'), customerId: textOf(row, 'customer_id') };
}

function textOf(row: Fields, key: string): string {
  const value = row.value(key);
  return typeof value === 'string' ? value : row.refuse(key, 'a text');
}
