/** Layout and format → rows → member lines. Compression is decided elsewhere: no place knows both. */
import type { Manifest, Part } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import type { Lines } from '@segment-store/store/store';
import { sourceFailure } from '../source/source-failure.ts';
import type { Columns } from './columns.ts';
import { csvRows } from './csv.ts';
import { type Keep, keepNothing, memberLines } from './member-lines.ts';
import { ndjsonRows } from './ndjson.ts';
import { parquetRows } from './parquet.ts';
import type { PartSource, RowReader, Rows } from './rows.ts';

/** What the rows of a run are: members, (segment, customer) pairs, or any objects, for a transform to shape. */
type Content = 'members' | 'pairs' | 'anything';

const MEMBER: Columns = ['customer_id', 'segment_ids'];
const PAIR: Columns = ['segment_id', 'customer_id'];

/** Every combination there is. */
const readers: Readonly<Record<Content, Readonly<Record<Manifest['format'], RowReader>>>> = {
  members: { ndjson: ndjsonRows(), csv: csvRows(MEMBER), parquet: parquetRows(MEMBER) },
  pairs: { ndjson: ndjsonRows(), csv: csvRows(PAIR), parquet: parquetRows(PAIR) },
  anything: { ndjson: ndjsonRows(), csv: csvRows('any'), parquet: parquetRows('any') },
};

export function rowReader(content: Content, format: Manifest['format']): RowReader {
  return readers[content][format];
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

/** What lines are read from: a run by customer, or one that says itself how its parts become rows. */
export interface LinesOf {
  readonly manifest: Manifest;
  readonly rows?: RowReader;
}

/** @throws Failure UNREADABLE for a by-segment run: it must be regrouped before it has member lines */
export function lineReader({ manifest, rows }: LinesOf, toLines: ToLines): LineReader {
  const { run, layout, format } = manifest;
  if (layout === 'by-segment') {
    throw sourceFailure('UNREADABLE', `run ${run} is by-segment ${format}: only a run by-customer has member lines`);
  }
  const read = rows ?? rowReader(toLines.transformed ? 'anything' : 'members', format);
  return (part, source, call) => toLines.lines(part, read(source, call), call);
}
