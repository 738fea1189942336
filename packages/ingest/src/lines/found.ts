import { FormatError } from '@segment-store/contract/id';
import { parseMemberLine, printMember, SPAN_FIELDS, scanMemberLine } from '@segment-store/contract/lines';
import type { Part } from '@segment-store/contract/manifest';
import type { Lines, Rejection } from '@segment-store/store/store';
import type { Block } from './blocks.ts';

/** `{"customer_id":"c","segment_ids":[]}` and its line break: no member line is shorter. */
const SHORTEST_LINE_BYTES = 37;
const encoder = new TextEncoder();

/** What one block holds: spans of canonical lines, and the lines that are none. */
export class Found {
  readonly #key: string;
  readonly #block: Block;
  readonly #spans: Uint32Array;
  readonly #offsets: Float64Array;
  readonly #numbers: Uint32Array;
  readonly #rejected: Rejection[] = [];
  #count = 0;

  constructor(key: string, block: Block) {
    const most = Math.ceil((block.bytes.length + 1) / SHORTEST_LINE_BYTES);
    this.#key = key;
    this.#block = block;
    this.#spans = new Uint32Array(most * SPAN_FIELDS);
    this.#offsets = new Float64Array(most);
    this.#numbers = new Uint32Array(most);
  }

  /** A line without its line break; `number` counts from 1. */
  line(from: number, to: number, number: number): void {
    try {
      if (!this.#scan(from, to)) this.#rewrite(from, to);
      this.#offsets[this.#count] = this.#block.offset + from;
      this.#numbers[this.#count++] = number;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.reject(from, number, error.reason);
    }
  }

  reject(from: number, line: number, reason: Rejection['reason']): void {
    this.#rejected.push({ part: this.#key, line, offset: this.#block.offset + from, reason });
  }

  lines(part: Part): Lines {
    return {
      part,
      offset: this.#block.offset + this.#block.length,
      bytes: this.#block.bytes,
      spans: this.#spans.subarray(0, this.#count * SPAN_FIELDS),
      offsets: this.#offsets.subarray(0, this.#count),
      numbers: this.#numbers.subarray(0, this.#count),
      settled: { created: 0, replayed: 0, skipped: 0, memberships: 0, rejected: this.#rejected },
    };
  }

  #scan(from: number, to: number): boolean {
    return scanMemberLine(this.#block.bytes, { from, to }, this.#spans, this.#count * SPAN_FIELDS);
  }

  /** The canonical form of a line is never longer than the line: it goes where the line stood. */
  #rewrite(from: number, to: number): void {
    const place = this.#block.bytes.subarray(from, to);
    const canonical = printMember(parseMemberLine(place));
    const { read, written } = encoder.encodeInto(canonical, place);
    if (read < canonical.length || !this.#scan(from, from + written)) {
      throw new Error(
        `part ${this.#key}: the canonical form of the line at byte ${this.#block.offset + from} is not canonical`,
      );
    }
  }
}
