import { FormatError, type SegmentId } from '@segment-store/contract/id';
import { parseSegmentLine, type Segment } from '@segment-store/contract/lines';
import type { Manifest } from '@segment-store/contract/manifest';
import { blocks } from '../lines/blocks.ts';
import { REWRITE } from './source.ts';
import { sourceFailure } from './source-failure.ts';

const BLOCK_BYTES = 256 * 1024;
const MAX_LINE_BYTES = 1024 * 1024;
const LINE_FEED = 10;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Every segment of the run. Rejects on the first line that is none (a catalogue is right or wrong whole), and behind
 * the last one when the counts are not the manifest's, or a complement segment stands on one that is not there.
 */
export async function* readCatalogue(manifest: Manifest, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Segment> {
  const { key, rows } = manifest.catalogue;
  const plain = new Set<SegmentId>();
  const complements = new Map<SegmentId, Segment>();
  let memberships = 0;
  for await (const { line, name } of namedLines(key, bytes)) {
    const segment = parsed(line, name);
    if (plain.has(segment.id) || complements.has(segment.id)) {
      throw sourceFailure('CORRUPT', `${name}: segment ${segment.id} is there twice`);
    }
    if (segment.complementOf !== undefined) complements.set(segment.id, segment);
    else plain.add(segment.id);
    // Of a complement there are no rows: its size says what its rule gives.
    memberships += segment.complementOf === undefined ? segment.size : 0;
    yield segment;
  }
  for (const segment of complements.values()) checkComplement(segment, plain, key);
  checkSum(`${key} has`, { found: plain.size + complements.size, promised: rows, what: 'segments' });
  const { memberships: promised } = manifest.totals;
  checkSum(`sizes in ${key} add up to`, { found: memberships, promised, what: 'memberships' });
}

/** What it stands on must have rows: a complement of a complement is refused. */
function checkComplement({ id, complementOf, universe }: Segment, plain: ReadonlySet<SegmentId>, key: string): void {
  for (const base of [complementOf, universe]) {
    if (base === undefined || base === 'known' || base === 'everyone' || plain.has(base)) continue;
    const rule = `segment ${id} is what is not in ${complementOf}, within ${universe}`;
    throw sourceFailure('CORRUPT', `${key}: ${rule}; ${base} is no segment with members of its own: ${REWRITE}`);
  }
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

function parsed(line: Uint8Array, name: string): Segment {
  try {
    return parseSegmentLine(decoder.decode(line));
  } catch (error) {
    if (error instanceof FormatError) throw sourceFailure('CORRUPT', `${name}: ${error.message}`, error);
    if (error instanceof TypeError) throw sourceFailure('CORRUPT', `${name} is not UTF-8`, error);
    throw error;
  }
}
