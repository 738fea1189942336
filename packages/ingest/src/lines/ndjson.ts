/** NDJSON → rows: every line is one, as it stands. */
import { MAX_LINE_BYTES } from '@segment-store/contract/lines';
import { type Block, blocks } from './blocks.ts';
import { ROWS_BYTES, RowList, type RowReader } from './rows.ts';

const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;
/** Lists are made for a quarter more rows than the block before had: too large ones would outweigh the rows themselves. */
const ROOM = 1.25;
const FIRST_ROWS = 1_000;

/** LF or CRLF ends a line; the last one needs neither. Blank lines hold nothing and are no rows. */
export function ndjsonRows(blockBytes: number = ROWS_BYTES): RowReader {
  const sizes = { blockBytes, maxLineBytes: MAX_LINE_BYTES };
  return async function* (source, call) {
    let line = 1;
    let likely = FIRST_ROWS;
    for await (const block of blocks(source.bytes(call), sizes, source.memory)) {
      const list = new RowList(Math.ceil(likely * ROOM), source.memory);
      if (block.tooLong) list.refuse({ line: line++, offset: block.offset, reason: 'too-large', raw: block.bytes });
      else line = listLines(block, list, line);
      likely = list.count;
      yield list.rows(block.bytes, block.offset + block.length);
    }
  };
}

/** Returns the number of the line behind the block. */
function listLines({ bytes, offset }: Block, list: RowList, firstLine: number): number {
  let line = firstLine;
  for (let from = 0; from < bytes.length; line++) {
    const lineFeed = bytes.indexOf(LINE_FEED, from);
    const end = lineFeed === -1 ? bytes.length : lineFeed;
    const to = bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    if (to > from) list.add(from, to, offset + from, line);
    from = end + 1;
  }
  return line;
}
