/** What a part holds, found by reading it. */
import { SPAN_FIELDS } from '@segment-store/contract/lines';
import type { Call } from '@segment-store/resilience/operation';
import { csvRows } from './lines/csv.ts';
import { keepNothing, memberLines } from './lines/member-lines.ts';
import { ndjsonRows } from './lines/ndjson.ts';
import { parquetRows } from './lines/parquet.ts';
import type { PartSource, RowReader, Rows } from './lines/rows.ts';
import type { Shape } from './run-shape.ts';

export interface Count {
  /** Good ones and bad ones. */
  readonly rows: number;
  /** Of the good ones. */
  readonly memberships: number;
}

const MEMBER = ['customer_id', 'segment_ids'];
const PAIR = ['segment_id', 'customer_id'];
const readers: Readonly<Record<`${Shape['layout']} ${Shape['format']}`, RowReader>> = {
  'by-customer ndjson': ndjsonRows(),
  'by-customer csv': csvRows(MEMBER),
  'by-customer parquet': parquetRows(MEMBER),
  'by-segment ndjson': ndjsonRows(),
  'by-segment csv': csvRows(PAIR),
  'by-segment parquet': parquetRows(PAIR),
};
const counters: Readonly<Record<Shape['layout'], (rows: Rows) => Count>> = {
  'by-customer': countMembers,
  'by-segment': countCustomers,
};

export async function countPart({ layout, format }: Shape, source: PartSource, call: Call): Promise<Count> {
  let sum: Count = { rows: 0, memberships: 0 };
  for await (const rows of readers[`${layout} ${format}`](source, call)) {
    const count = counters[layout](rows);
    sum = { rows: sum.rows + count.rows, memberships: sum.memberships + count.memberships };
  }
  return sum;
}

/** Lines of a catalogue. */
export async function countCatalogue(source: PartSource, call: Call): Promise<number> {
  let sum = 0;
  for await (const rows of ndjsonRows()(source, call)) sum += rows.offsets.length + rows.refused.length;
  return sum;
}

function countMembers(rows: Rows): Count {
  const total = rows.offsets.length + rows.refused.length;
  const { spans } = memberLines({ key: '', bytes: 0, rows: 0 }, rows, keepNothing);
  let memberships = 0;
  for (let at = SPAN_FIELDS - 1; at < spans.length; at += SPAN_FIELDS) memberships += spans[at] ?? 0;
  return { rows: total, memberships };
}

function countCustomers({ bytes, spans, offsets, refused }: Rows): Count {
  let memberships = 0;
  for (let at = 0; at < spans.length; at += 2) {
    memberships += customersOf(bytes.toString('utf8', spans[at], spans[at + 1]));
  }
  return { rows: offsets.length + refused.length, memberships };
}

/** One of a tall row, a list's length of a wide one, none of what is no row. */
function customersOf(row: string): number {
  try {
    const { customer_ids: ids } = JSON.parse(row);
    return Array.isArray(ids) ? ids.length : 1;
  } catch {
    return 0;
  }
}
