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
export function parsePairRow(bytes: Uint8Array): SegmentRow {
  const row = new Fields(parseJson(bytes, 'pair'), 'pair: ');
  const customerId = parseCustomerId(textOf(row, 'customer_id'));
  return { segmentId: parseSegmentId(textOf(row, 'segment_id')), customerIds: [customerId] };
}

function textOf(row: Fields, key: string): string {
  const value = row.value(key);
  return typeof value === 'string' ? value : row.refuse(key, 'a text');
}
