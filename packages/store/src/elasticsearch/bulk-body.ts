/** Spans → NDJSON of a `_bulk` request: the canonical line is the document, its id is copied as it stands. */
import type { Lines } from '../store.ts';
import { lineAt, lineCount } from '../tally.ts';

const OPEN = Buffer.from('{"create":{"_id":"');
const CLOSE = Buffer.from('"}}\n');
const LINE_FEED = 10;
/** Bytes an action adds to its line and id. */
const OVERHEAD = OPEN.length + CLOSE.length + 1;

/** The body that creates the lines at `indexes`. */
export function bulkBody(lines: Lines, indexes: readonly number[]): Buffer {
  const size = indexes.reduce((sum, index) => sum + actionBytes(lines, index), 0);
  const body = Buffer.allocUnsafe(size);
  let at = 0;
  for (const index of indexes) {
    const { start, end, idStart, idEnd } = lineAt(lines, index);
    at += OPEN.copy(body, at);
    body.set(lines.bytes.subarray(idStart, idEnd), at);
    at += idEnd - idStart;
    at += CLOSE.copy(body, at);
    body.set(lines.bytes.subarray(start, end), at);
    at += end - start;
    body[at++] = LINE_FEED;
  }
  return body;
}

/** The lines in pieces of about `bytes` of body; a longer line travels alone. */
export function piecesOf(lines: Lines, bytes: number): readonly (readonly number[])[] {
  const pieces: number[][] = [];
  let piece: number[] = [];
  let size = 0;
  for (let index = 0; index < lineCount(lines); index += 1) {
    const more = actionBytes(lines, index);
    if (size + more > bytes && piece.length > 0) {
      pieces.push(piece);
      [piece, size] = [[], 0];
    }
    piece.push(index);
    size += more;
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}

function actionBytes(lines: Lines, index: number): number {
  const { start, end, idStart, idEnd } = lineAt(lines, index);
  return end - start + (idEnd - idStart) + OVERHEAD;
}
