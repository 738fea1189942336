/** Layout and format → rows → member lines. Compression is decided elsewhere: no place knows both. */
import type { Manifest, Part } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import type { Lines } from '@segment-store/store/store';
import { sourceFailure } from '../source-failure.ts';
import type { Columns } from './columns.ts';
import { csvRows } from './csv.ts';
import { type Keep, keepNothing, memberLines } from './member-lines.ts';
import { ndjsonRows } from './ndjson.ts';
import { parquetRows } from './parquet.ts';
import type { PartSource, RowReader, Rows } from './rows.ts';

/** What a reader makes of a run's rows: members, (segment, customer) pairs, or any objects, for a transform to shape. */
type Content = Manifest['layout'] | 'transformed by-customer';

const MEMBER: Columns = ['customer_id', 'segment_ids'];

/** Every combination there is. */
const readers: Readonly<Partial<Record<`${Content} ${Manifest['format']}`, RowReader>>> = {
  'by-customer ndjson': ndjsonRows(),
  'by-customer csv': csvRows(MEMBER),
  'by-customer parquet': parquetRows(MEMBER),
  'transformed by-customer ndjson': ndjsonRows(),
  'transformed by-customer csv': csvRows('any'),
  'transformed by-customer parquet': parquetRows('any'),
};

/** @throws Failure UNREADABLE naming what this version reads */
function rowReader({ layout, format, run }: Manifest, transformed: boolean): RowReader {
  const content = transformed ? `transformed ${layout}` : layout;
  const known: Readonly<Record<string, RowReader>> = readers;
  const reader = known[`${content} ${format}`];
  if (reader !== undefined) return reader;
  const readable = Object.keys(readers).join(', ');
  throw sourceFailure(
    'UNREADABLE',
    `run ${run} is ${content} ${format}, which this version does not load: ${readable}`,
  );
}

/** Rows of one part, in order → its lines, in order. */
export interface ToLines {
  readonly transformed: boolean;
  lines(part: Part, rows: AsyncIterable<Rows>, call: Call): AsyncIterable<Lines>;
}

/** The rows are the members. `keep` decides what a rejection carries of its row. */
export function membersAsTheyAre(keep: Keep = keepNothing): ToLines {
  return {
    transformed: false,
    async *lines(part, rows) {
      for await (const some of rows) yield memberLines(part, some, keep);
    },
  };
}

export type LineReader = (part: Part, source: PartSource, call: Call) => AsyncIterable<Lines>;

/** @throws Failure UNREADABLE, as `rowReader` */
export function lineReader(manifest: Manifest, toLines: ToLines): LineReader {
  const read = rowReader(manifest, toLines.transformed);
  return (part, source, call) => toLines.lines(part, read(source, call), call);
}
