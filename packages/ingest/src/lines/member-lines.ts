/** Rows → canonical member lines and rejections. */
import { FormatError } from '@segment-store/contract/id';
import { parseMemberLine, printMember, SPAN_FIELDS, scanMemberLine } from '@segment-store/contract/lines';
import type { Part } from '@segment-store/contract/manifest';
import type { Lines, Rejection } from '@segment-store/store/store';
import type { RefusedRow, Rows } from './rows.ts';

const encoder = new TextEncoder();

/** What a rejection carries of the row itself: nothing, or a copy of its bytes. */
export type Keep = (raw: Uint8Array) => Pick<Rejection, 'raw'>;
export const keepNothing: Keep = () => ({});
/** For dead letters. A row that was not JSON in its file is kept in the JSON it became. */
export const keepRaw: Keep = (raw) => (raw.length === 0 ? {} : { raw: Uint8Array.from(raw) });

/** Takes `rows` over: lines stand in the same memory, rewritten where a row was not canonical. */
export function memberLines(part: Part, rows: Rows, keep: Keep): Lines {
  const { bytes, spans, offsets, numbers, end } = rows;
  const rejected = rows.refused.map((row) => rejection(part, row, keep));
  let count = 0;
  for (let row = 0; row < offsets.length; row++) {
    const offset = offsets[row] ?? 0;
    const line = numbers[row] ?? 0;
    const from = spans[row * SPAN_FIELDS] ?? 0;
    const to = spans[row * SPAN_FIELDS + 1] ?? 0;
    const reason = placeMemberLine(bytes, { from, to }, spans, count * SPAN_FIELDS);
    if (reason !== undefined) {
      rejected.push(rejection(part, { line, offset, reason, raw: bytes.subarray(from, to) }, keep));
      continue;
    }
    offsets[count] = offset;
    numbers[count++] = line;
  }
  return {
    part,
    offset: end,
    bytes,
    spans: spans.subarray(0, count * SPAN_FIELDS),
    offsets: offsets.subarray(0, count),
    numbers: numbers.subarray(0, count),
    settled: { created: 0, replayed: 0, skipped: 0, memberships: 0, rejected: rejected.sort(byLine) },
  };
}

function rejection({ key }: Part, { raw, ...row }: RefusedRow, keep: Keep): Rejection {
  return { part: key, ...row, ...keep(raw) };
}

const byLine = (a: Rejection, b: Rejection) => a.line - b.line;

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Makes the row in `range` canonical where it stands and puts its span into `spans`, or says why it is no member. */
export function placeMemberLine(
  bytes: Buffer,
  range: Range,
  spans: Uint32Array,
  at: number,
): RefusedRow['reason'] | undefined {
  try {
    if (!scanMemberLine(bytes, range, spans, at)) rewrite(bytes, range, spans, at);
    return undefined;
  } catch (error) {
    if (error instanceof FormatError) return error.reason;
    throw error;
  }
}

/** The canonical form of a row is never longer than the row: it goes where the row stood. */
function rewrite(bytes: Buffer, { from, to }: Range, spans: Uint32Array, at: number): void {
  const room = bytes.subarray(from, to);
  const canonical = printMember(parseMemberLine(room));
  const { read, written } = encoder.encodeInto(canonical, room);
  if (read < canonical.length || !scanMemberLine(bytes, { from, to: from + written }, spans, at)) {
    throw new Error(`the canonical form of a row of ${to - from} bytes is not canonical`);
  }
}
