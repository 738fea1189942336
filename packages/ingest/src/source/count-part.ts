/** What a file of a run folder holds, found by reading it. */
import { FormatError } from '@segment-store/contract/id';
import { parseSegmentLine, SPAN_FIELDS } from '@segment-store/contract/lines';
import type { Call } from '@segment-store/resilience/operation';
import { rowReader } from '../lines/lines.ts';
import { ndjsonRows } from '../lines/ndjson.ts';
import type { PartSource, Rows } from '../lines/rows.ts';
import type { Shape } from './run-shape.ts';

/** Good rows and bad ones. */
export async function countPart({ layout, format }: Shape, source: PartSource, call: Call): Promise<number> {
  const read = rowReader(layout === 'by-customer' ? 'members' : 'pairs', format);
  let sum = 0;
  for await (const { offsets, refused } of read(source, call)) {
    sum += offsets.length + refused.length;
  }
  return sum;
}

export interface CatalogueCount {
  readonly rows: number;
  /** What the segments' sizes add up to; complement segments have no rows. */
  readonly memberships: number;
}

/** A line that is no segment counts as a row: reading the catalogue names it. */
export async function countCatalogue(source: PartSource, call: Call): Promise<CatalogueCount> {
  let [count, memberships] = [0, 0];
  for await (const rows of ndjsonRows()(source, call)) {
    count += rows.offsets.length + rows.refused.length;
    memberships += sizesIn(rows);
  }
  return { rows: count, memberships };
}

function sizesIn({ bytes, spans }: Rows): number {
  let sum = 0;
  for (let at = 0; at < spans.length; at += SPAN_FIELDS)
    sum += sizeOf(bytes.toString('utf8', spans[at], spans[at + 1]));
  return sum;
}

function sizeOf(line: string): number {
  try {
    const { complementOf, size } = parseSegmentLine(line);
    return complementOf === undefined ? size : 0;
  } catch (error) {
    if (error instanceof FormatError) return 0;
    throw error;
  }
}
