import { FormatError } from '@segment-store/contract/id';
import { parseSegmentLine, type Segment } from '@segment-store/contract/lines';
import type { Manifest } from '@segment-store/contract/manifest';
import { blocks } from './lines/blocks.ts';
import { REWRITE } from './source.ts';
import { sourceFailure } from './source-failure.ts';

const BLOCK_BYTES = 256 * 1024;
const MAX_LINE_BYTES = 1024 * 1024;
const LINE_FEED = 10;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Every segment of the run. Rejects on the first line that is none (a catalogue is right or wrong whole), and behind
 * the last one when the counts are not the manifest's.
 */
export async function* readCatalogue(manifest: Manifest, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Segment> {
  const { key, rows } = manifest.catalogue;
  const ids = new Set<string>();
  let memberships = 0;
  for await (const { line, name } of namedLines(key, bytes)) {
    const segment = parseLine(line, name);
    if (ids.has(segment.id)) throw sourceFailure('CORRUPT', `${name}: segment ${segment.id} is there twice`);
    ids.add(segment.id);
    memberships += segment.size;
    yield segment;
  }
  checkSum(`${key} has`, { found: ids.size, promised: rows, what: 'segments' });
  checkSum(`sizes in ${key} add up to`, {
    found: memberships,
    promised: manifest.totals.memberships,
    what: 'memberships',
  });
}

function checkSum(
  subject: string,
  { found, promised, what }: { readonly found: number; readonly promised: number; readonly what: string },
): void {
  if (found === promised) return;
  throw sourceFailure('CORRUPT', `${subject} ${found} ${what}, the manifest says ${promised}: ${REWRITE}`);
}

async function* namedLines(
  key: string,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ line: Uint8Array; name: string }> {
  let number = 0;
  for await (const block of blocks(bytes, { blockBytes: BLOCK_BYTES, maxLineBytes: MAX_LINE_BYTES })) {
    if (block.tooLong)
      throw sourceFailure('CORRUPT', `${key} line ${number + 1} is longer than ${MAX_LINE_BYTES} bytes`);
    for (const line of linesOf(block.bytes)) {
      number++;
      if (line.length > 0) yield { line, name: `${key} line ${number}` };
    }
  }
}

function* linesOf(bytes: Buffer): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; ) {
    const lineFeed = bytes.indexOf(LINE_FEED, from);
    const end = lineFeed === -1 ? bytes.length : lineFeed;
    yield bytes.subarray(from, end);
    from = end + 1;
  }
}

function parseLine(line: Uint8Array, name: string): Segment {
  const segment = parsed(line, name);
  if (segment.complementOf === undefined) return segment;
  const rule = `a complement of ${segment.complementOf}, which this version does not load`;
  throw sourceFailure(
    'UNREADABLE',
    `${name}: segment ${segment.id} is ${rule}: leave complement segments out of the run`,
  );
}

function parsed(line: Uint8Array, name: string): Segment {
  try {
    return parseSegmentLine(decoder.decode(line));
  } catch (error) {
    if (error instanceof FormatError) throw sourceFailure('CORRUPT', `${name}: ${error.message}`, error);
    if (error instanceof TypeError) throw sourceFailure('CORRUPT', `${name} is not UTF-8`, error);
    throw error;
  }
}
