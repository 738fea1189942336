/** What every format becomes first: rows, each a JSON object in UTF-8 that knows where it stood in its part. */
import type { FormatReason } from '@segment-store/contract/id';
import { SPAN_FIELDS } from '@segment-store/contract/lines';
import type { ByteRange } from '@segment-store/folder/folder';
import type { Call } from '@segment-store/resilience/operation';
import { freshMemory, type Memory } from './memory.ts';

export interface Rows {
  /** Belongs to whoever takes the rows, and may be written over. */
  readonly bytes: Buffer;
  /** `SPAN_FIELDS` numbers a row: where it starts and ends in `bytes`, and room for what becomes of it. */
  readonly spans: Uint32Array;
  /** Decompressed offset of each row in its part; in Parquet, which has none, its place among the rows, from 0. */
  readonly offsets: Float64Array;
  /** Number of the line where each row starts, from 1; in Parquet of the row. */
  readonly numbers: Uint32Array;
  /** What turned out to be no row. */
  readonly refused: readonly RefusedRow[];
  /** Offset behind the last of them: everything before it stands here or in rows before. */
  readonly end: number;
}

export interface RefusedRow {
  /** Where it stands, when not in the part that is read. */
  readonly part?: string;
  readonly line: number;
  readonly offset: number;
  readonly reason: FormatReason | 'transform';
  /** The name of the error a transform threw. */
  readonly type?: string;
  /** Empty for one that was too large to be kept. */
  readonly raw: Uint8Array;
}

/** A part as readers take it: from the first byte to the last, or by range. */
export interface PartSource {
  /** For messages. */
  readonly key: string;
  /** Decompressed. */
  bytes(call: Call): AsyncIterable<Uint8Array>;
  /** Of the file as it is. */
  readonly fileBytes: number;
  range(range: ByteRange, call: Call): Promise<Uint8Array>;
  /** Where rows are put that only whoever takes them reads. */
  readonly memory: Memory;
}

/** However the chunks of the source are cut, the same part gives the same rows in the same groups. */
export type RowReader = (source: PartSource, call: Call) => AsyncIterable<Rows>;

/** About how many bytes of rows travel together. */
export const ROWS_BYTES: number = 512 * 1024;

const OFFSET_BYTES = Float64Array.BYTES_PER_ELEMENT;
const NUMBER_BYTES = Uint32Array.BYTES_PER_ELEMENT;
const ROW_BYTES = OFFSET_BYTES + (SPAN_FIELDS + 1) * NUMBER_BYTES;

/** Rows in the making. Their offsets, spans and numbers stand in one piece of memory. */
export class RowList {
  readonly #memory: Memory;
  #spans: Uint32Array;
  #offsets: Float64Array;
  #numbers: Uint32Array;
  #count = 0;
  readonly #refused: RefusedRow[] = [];

  /** `expected` rows fit without growing. */
  constructor(expected: number, memory: Memory = freshMemory) {
    this.#memory = memory;
    [this.#offsets, this.#spans, this.#numbers] = this.#room(expected);
  }

  get count(): number {
    return this.#count;
  }

  add(from: number, to: number, offset: number, line: number): void {
    if (this.#count === this.#offsets.length) this.#grow();
    this.#spans[this.#count * SPAN_FIELDS] = from;
    this.#spans[this.#count * SPAN_FIELDS + 1] = to;
    this.#offsets[this.#count] = offset;
    this.#numbers[this.#count++] = line;
  }

  refuse(row: RefusedRow): void {
    this.#refused.push(row);
  }

  rows(bytes: Buffer, end: number): Rows {
    return {
      bytes,
      spans: this.#spans.subarray(0, this.#count * SPAN_FIELDS),
      offsets: this.#offsets.subarray(0, this.#count),
      numbers: this.#numbers.subarray(0, this.#count),
      refused: this.#refused,
      end,
    };
  }

  #grow(): void {
    const [offsets, spans, numbers] = [this.#offsets, this.#spans, this.#numbers];
    [this.#offsets, this.#spans, this.#numbers] = this.#room(2 * this.#count + 16);
    this.#offsets.set(offsets);
    this.#spans.set(spans);
    this.#numbers.set(numbers);
    this.#memory.giveBack(offsets.buffer);
  }

  /** As many as fit. */
  #room(expected: number): [Float64Array, Uint32Array, Uint32Array] {
    const memory = this.#memory.take(expected * ROW_BYTES);
    const rows = Math.floor(memory.byteLength / ROW_BYTES);
    const [spansAt, numbersAt] = [rows * OFFSET_BYTES, rows * (OFFSET_BYTES + SPAN_FIELDS * NUMBER_BYTES)];
    return [
      new Float64Array(memory, 0, rows),
      new Uint32Array(memory, spansAt, rows * SPAN_FIELDS),
      new Uint32Array(memory, numbersAt, rows),
    ];
  }
}
