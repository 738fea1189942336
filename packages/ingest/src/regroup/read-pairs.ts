/** Every row of a by-segment run → pairs, or a rejected line. */
import { FormatError } from '@segment-store/contract/id';
import { SPAN_FIELDS } from '@segment-store/contract/lines';
import type { Part } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import { rowReader } from '../lines/lines.ts';
import type { RefusedRow, Rows } from '../lines/rows.ts';
import { partSource } from '../source/part-source.ts';
import type { Run } from '../source/run.ts';
import { REWRITE } from '../source/source.ts';
import { sourceFailure } from '../source/source-failure.ts';
import type { Pairs } from './duckdb.ts';
import type { RejectedParts } from './rejected-parts.ts';
import { parsePairRow, parseSegmentRow, type SegmentRow } from './segment-row.ts';

export interface PairsTaken {
  readonly pairs: Pairs;
  readonly rejected: RejectedParts;
  /** Hears of a part that is left out whole. Throws what ended it where that is nothing to go on after. */
  leaveOut(part: Part, error: unknown): Promise<void>;
  /** Rows that are read by now. */
  onRows(rows: number): void;
}

export async function readPairs(run: Run, { onRows, leaveOut, ...taken }: PairsTaken, call: Call): Promise<void> {
  let before = 0;
  for (const part of run.manifest.parts) {
    const forget = taken.rejected.mark();
    try {
      await readPart(run, part, { ...taken, onRows: (rows) => onRows(before + rows) }, call);
      taken.pairs.endPart('kept');
    } catch (error) {
      await leaveOut(part, error);
      // Whole: how much of a damaged part can be read is not the same each time, and all jobs must make the same run.
      taken.pairs.endPart('left out');
      forget();
    }
    before += part.rows;
  }
}

/** Rejects with CORRUPT when the part holds other rows than the manifest says. */
async function readPart(run: Run, part: Part, taken: Omit<PairsTaken, 'leaveOut'>, call: Call): Promise<void> {
  const read = rowReader('pairs', run.manifest.format);
  const parse = run.manifest.format === 'ndjson' ? parseSegmentRow : parsePairRow;
  let rows = 0;
  for await (const some of read(partSource(run, part), call)) {
    const refused = addRows(some, parse, taken.pairs);
    await taken.rejected.add(
      refused.sort(byLine).map((row) => ({ ...row, part: part.key })),
      call,
    );
    rows += some.offsets.length + some.refused.length;
    taken.onRows(rows);
  }
  checkRows(part, rows);
}

/** Returns what is no row of its kind. */
function addRows(rows: Rows, parse: (row: Buffer) => SegmentRow, pairs: Pairs): RefusedRow[] {
  const refused = [...rows.refused];
  for (let index = 0; index < rows.offsets.length; index++) {
    const raw = rows.bytes.subarray(rows.spans[index * SPAN_FIELDS], rows.spans[index * SPAN_FIELDS + 1]);
    try {
      const { segmentId, customerIds } = parse(raw);
      pairs.add(segmentId, customerIds);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      refused.push({ line: rows.numbers[index] ?? 0, offset: rows.offsets[index] ?? 0, reason: error.reason, raw });
    }
  }
  return refused;
}

const byLine = (a: RefusedRow, b: RefusedRow) => a.line - b.line;

function checkRows({ key, rows }: Part, read: number): void {
  if (read !== rows) throw sourceFailure('CORRUPT', `${key} has ${read} rows, the manifest says ${rows}: ${REWRITE}`);
}
