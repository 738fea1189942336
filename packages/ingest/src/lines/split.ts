/** Bytes → spans of canonical member lines. */
import { MAX_LINE_BYTES } from '@segment-store/contract/lines';
import type { Part } from '@segment-store/contract/manifest';
import type { Lines } from '@segment-store/store/store';
import { type Block, blocks } from './blocks.ts';
import { Found } from './found.ts';

const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;

export interface SplitOptions {
  /** About how many bytes of lines travel together. Default 1 MiB. */
  readonly blockBytes?: number;
}

/**
 * The lines of one part. LF or CRLF ends a line; the last one needs neither. Blank lines hold nothing and are not
 * counted. However the chunks are cut, the same bytes give the same lines.
 */
export async function* split(
  part: Part,
  chunks: AsyncIterable<Uint8Array>,
  { blockBytes = 1024 * 1024 }: SplitOptions = {},
): AsyncGenerator<Lines> {
  let number = 1;
  for await (const block of blocks(chunks, { blockBytes, maxLineBytes: MAX_LINE_BYTES })) {
    const found = new Found(part.key, block);
    if (block.tooLong) found.reject(0, number++, 'too-large');
    else number = findLines(block, found, number);
    yield found.lines(part);
  }
}

/** Returns the number of the line behind the block. */
function findLines({ bytes }: Block, found: Found, firstNumber: number): number {
  let number = firstNumber;
  for (let from = 0; from < bytes.length; number++) {
    const lineFeed = bytes.indexOf(LINE_FEED, from);
    const end = lineFeed === -1 ? bytes.length : lineFeed;
    const to = bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    if (to > from) found.line(from, to, number);
    from = end + 1;
  }
  return number;
}
