/** Spans → NDJSON of a `_bulk` request: the canonical line is the document, its id is copied as it stands. */
import { SPAN_FIELDS } from '@segment-store/contract/lines';
import type { Lines } from '../store.ts';

const OPEN = Buffer.from('{"create":{"_id":"');
const CLOSE = Buffer.from('"}}\n');
const LINE_FEED = 10;
/** Bytes an action adds to its line and id. */
const OVERHEAD = OPEN.length + CLOSE.length + 1;
/** Up to here a loop beats a call. */
const SHORT_BYTES = 32;

/** Some of the lines of one write, by their places in it. */
export interface Chosen {
  readonly lines: Lines;
  readonly indexes: readonly number[];
}

/** The body that creates the chosen lines, in their order; at the front of `memory`. */
export function bulkBody(chosen: readonly Chosen[], memory: Buffer = Buffer.allocUnsafe(bodyBytes(chosen))): Buffer {
  const body = new Body(memory);
  for (const { lines, indexes } of chosen) {
    for (const index of indexes) body.add(lines, index);
  }
  return body.bytes;
}

export function bodyBytes(chosen: readonly Chosen[]): number {
  let bytes = 0;
  for (const { lines, indexes } of chosen) {
    for (const index of indexes) bytes += actionBytes(lines, index);
  }
  return bytes;
}

/** Of one line, in a body. */
export function actionBytes({ spans }: Lines, index: number): number {
  const at = index * SPAN_FIELDS;
  return spanLength(spans, at) + spanLength(spans, at + 2) + OVERHEAD;
}

const spanLength = (spans: Uint32Array, at: number): number => (spans[at + 1] ?? 0) - (spans[at] ?? 0);

const { copy } = Buffer.prototype;

/** In the making. Once a line of a load: plain loops, and no object. */
class Body {
  readonly #memory: Buffer;
  #length = 0;

  constructor(memory: Buffer) {
    this.#memory = memory;
  }

  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#length);
  }

  add({ bytes, spans }: Lines, index: number): void {
    const span = index * SPAN_FIELDS;
    this.#put(OPEN, 0, OPEN.length);
    this.#put(bytes, spans[span + 2] ?? 0, spans[span + 3] ?? 0);
    this.#put(CLOSE, 0, CLOSE.length);
    this.#put(bytes, spans[span] ?? 0, spans[span + 1] ?? 0);
    this.#memory[this.#length++] = LINE_FEED;
  }

  #put(bytes: Uint8Array, start: number, end: number): void {
    const body = this.#memory;
    const from = this.#length;
    const length = end - start;
    // Unlike `set`, it needs no view of what it copies: one a line would be most of a load's garbage.
    if (length > SHORT_BYTES) copy.call(bytes, body, from, start, end);
    else for (let index = 0; index < length; index += 1) body[from + index] = bytes[start + index] ?? 0;
    this.#length += length;
  }
}
