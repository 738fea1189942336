/** Member lines → the parts of a run in scratch. Equal lines, equal parts, however they arrive. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import type { Part } from '@segment-store/contract/manifest';
import type { Folder } from '@segment-store/folder/folder';
import type { Call } from '@segment-store/resilience/operation';
import type { MemberLine } from './fold.ts';

/** About so many bytes of lines, uncompressed, make a part. */
const PART_BYTES = 64 * 1024 * 1024;
/** And so many are given to the compressor at a time. */
const PIECE_BYTES = 256 * 1024;
/** It is read once, from a disk: the fastest. */
const compression = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export async function writeMemberParts(
  folder: Folder,
  lines: AsyncGenerator<readonly MemberLine[]>,
  call: Call,
  partBytes: number = PART_BYTES,
): Promise<readonly Part[]> {
  const cursor = new Cursor(lines);
  const parts: Part[] = [];
  try {
    while (await cursor.hasMore()) {
      const counted = { bytes: 0, rows: 0, memberships: 0 };
      const key = `members/part-${String(parts.length).padStart(5, '0')}.ndjson.zst`;
      const text = Readable.from(pieces(cursor, counted, partBytes));
      const write = (compressed: AsyncIterable<Uint8Array>) => folder.write(key, compressed, call);
      const { bytes } = await pipeline(text, createZstdCompress(compression), write);
      parts.push({ key, bytes, rows: counted.rows, memberships: counted.memberships });
    }
  } finally {
    await lines.return(undefined);
  }
  return parts;
}

interface Counted {
  bytes: number;
  rows: number;
  memberships: number;
}

async function* pieces(cursor: Cursor, counted: Counted, partBytes: number): AsyncGenerator<Buffer> {
  while (counted.bytes < partBytes && (await cursor.hasMore())) {
    const texts: string[] = [];
    for (let left = Math.min(PIECE_BYTES, partBytes - counted.bytes); left > 0 && (await cursor.hasMore()); ) {
      const { text, memberships } = cursor.take();
      const bytes = Buffer.byteLength(text) + 1;
      left -= bytes;
      counted.bytes += bytes;
      counted.rows++;
      counted.memberships += memberships;
      texts.push(`${text}\n`);
    }
    yield Buffer.from(texts.join(''));
  }
}

/** Takes lines one by one off batches of any size. */
class Cursor {
  readonly #batches: AsyncGenerator<readonly MemberLine[]>;
  #batch: readonly MemberLine[] = [];
  #at = 0;

  constructor(batches: AsyncGenerator<readonly MemberLine[]>) {
    this.#batches = batches;
  }

  /** Awaited only where a batch ends: */
  hasMore(): boolean | Promise<boolean> {
    return this.#at < this.#batch.length ? true : this.#next();
  }

  /** When there is more. */
  take(): MemberLine {
    const line = this.#batch[this.#at++];
    if (line === undefined) throw new RangeError('no line left');
    return line;
  }

  async #next(): Promise<boolean> {
    for (let next = await this.#batches.next(); next.done !== true; next = await this.#batches.next()) {
      [this.#batch, this.#at] = [next.value, 0];
      if (this.#batch.length > 0) return true;
    }
    return false;
  }
}
