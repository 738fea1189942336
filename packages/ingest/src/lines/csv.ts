/** CSV → rows: RFC 4180 with a header, and `|` between the ids of a column `segment_ids`. */
import { MAX_LINE_BYTES } from '@segment-store/contract/lines';
import { type Block, blocks } from './blocks.ts';
import type { Columns } from './columns.ts';
import { type CsvHeader, readHeader } from './csv-header.ts';
import { JsonBytes } from './json-bytes.ts';
import { ROWS_BYTES, RowList, type RowReader, type Rows } from './rows.ts';

const LIKELY_ROW_BYTES = 20;
const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/**
 * Column order is free and columns nobody asked for are left out. A record with other fields than the header, or with
 * quotes where RFC 4180 has none, is refused. A blank line holds nothing. A record whose quote never closes takes what
 * follows with it, up to the most a line may have; then reading goes on behind a line feed.
 */
export function csvRows(columns: Columns, blockBytes: number = ROWS_BYTES): RowReader {
  return async function* (source, call) {
    const records = new Records(source.key, columns);
    for await (const block of blocks(source.bytes(call), { blockBytes, maxLineBytes: MAX_LINE_BYTES })) {
      yield records.take(block);
    }
    yield records.rest();
  };
}

/** Holds a record that is not whole yet. */
class Records {
  readonly #key: string;
  readonly #columns: Columns;
  #header: CsvHeader | undefined;
  #open: Buffer = Buffer.alloc(0);
  /** Of `#open`, or of what comes next. */
  #offset = 0;
  #line = 1;

  constructor(key: string, columns: Columns) {
    this.#key = key;
    this.#columns = columns;
  }

  take({ bytes, length, tooLong }: Block): Rows {
    const all = this.#open.length === 0 ? bytes : Buffer.concat([this.#open, bytes]);
    const list = new RowList(Math.ceil(all.length / LIKELY_ROW_BYTES));
    const json = new JsonBytes(all.length + all.length / 2);
    if (tooLong) this.#refuseOpen(list, this.#open.length + length);
    else this.#open = all.subarray(this.#read(all, list, json));
    if (this.#open.length > MAX_LINE_BYTES) this.#refuseOpen(list, this.#open.length);
    return list.rows(json.bytes(), this.#offset);
  }

  rest(): Rows {
    const list = new RowList(0);
    if (this.#open.length > 0) {
      list.refuse({ line: this.#line, offset: this.#offset, reason: 'malformed', raw: this.#open });
      this.#offset += this.#open.length;
    }
    return list.rows(Buffer.alloc(0), this.#offset);
  }

  /** Returns where a record starts that is not whole. */
  #read(bytes: Buffer, list: RowList, json: JsonBytes): number {
    let at = this.#header === undefined ? this.#readHeader(bytes) : 0;
    const header = this.#header;
    if (header === undefined) return at;
    while (at < bytes.length) {
      const next = header.record.read(bytes, at);
      if (next === -1) break;
      if (!isBlank(bytes, at, next)) this.#write(bytes, { from: at, to: next }, list, json);
      this.#pass(next - at, header.record.lineFeeds + 1);
      at = next;
    }
    return at;
  }

  #readHeader(bytes: Buffer): number {
    const mark = bytes.indexOf(BYTE_ORDER_MARK) === 0 ? BYTE_ORDER_MARK.length : 0;
    const found = readHeader(this.#key, bytes.subarray(mark), this.#columns);
    if (found === undefined) return 0;
    this.#header = found.header;
    this.#pass(mark + found.next, found.header.record.lineFeeds + 1);
    return mark + found.next;
  }

  #write(bytes: Buffer, { from, to }: { from: number; to: number }, list: RowList, json: JsonBytes): void {
    const start = json.length;
    if (this.#header?.write(bytes, json)) list.add(start, json.length, this.#offset, this.#line);
    else
      list.refuse({
        line: this.#line,
        offset: this.#offset,
        reason: 'malformed',
        raw: withoutLineBreak(bytes, from, to),
      });
  }

  #refuseOpen(list: RowList, length: number): void {
    list.refuse({ line: this.#line, offset: this.#offset, reason: 'too-large', raw: Buffer.alloc(0) });
    this.#pass(length, 1 + countLineFeeds(this.#open));
    this.#open = Buffer.alloc(0);
  }

  #pass(bytes: number, lines: number): void {
    this.#offset += bytes;
    this.#line += lines;
  }
}

function withoutLineBreak(bytes: Buffer, from: number, to: number): Buffer {
  let end = to;
  if (bytes[end - 1] === LINE_FEED) end--;
  if (end < to && bytes[end - 1] === CARRIAGE_RETURN) end--;
  return bytes.subarray(from, Math.max(from, end));
}

/** Nothing but a line break. */
function isBlank(bytes: Buffer, from: number, to: number): boolean {
  return to > from && to - from <= 2 && withoutLineBreak(bytes, from, to).length === 0;
}

function countLineFeeds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) count++;
  return count;
}
