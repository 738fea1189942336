/** Bytes → bytes. The first bytes decide, never the file's name. */
import { sourceFailure } from '../source/source-failure.ts';
import type { Chunks, Decompress } from './decoder.ts';
import { gunzip } from './gunzip.ts';
import { unzstd } from './unzstd.ts';

/** By the first bytes, in hex. */
const formats: readonly { readonly magic: RegExp; readonly decompress: Decompress }[] = [
  { magic: /^1f8b/, decompress: gunzip },
  { magic: /^(28b52ffd|5.2a4d18)/, decompress: unzstd }, // the second: a frame to skip, which parallel writers begin with
  { magic: /^425a68/, decompress: refuse('bzip2') },
  { magic: /^fd377a585a00/, decompress: refuse('xz') },
  { magic: /^04224d18/, decompress: refuse('lz4') },
  { magic: /^ff060000734e/, decompress: refuse('snappy') },
  { magic: /^894c5a4f/, decompress: refuse('lzo') },
  { magic: /^1f9d/, decompress: refuse('compress (.Z)') },
  { magic: /^504b0304/, decompress: refuse('zip') },
  { magic: /^377abcaf271c/, decompress: refuse('7z') },
  { magic: /^4f626a01/, decompress: refuse('avro') },
  { magic: /^50415231/, decompress: refuse('parquet') },
];
const LONGEST_MAGIC = 6;

/**
 * The decompressed bytes of `chunks`, which is read to its end: what it checks behind its last byte counts. It is closed
 * by then, whoever stops first. `name` is for messages. Rejects with CORRUPT, or UNREADABLE for a format it names.
 */
export async function* decompress(chunks: Chunks, name: string): Chunks {
  const source = chunks[Symbol.asyncIterator]();
  try {
    const { head, all } = await withHead(source);
    const format = formats.find(({ magic }) => magic.test(head.toString('hex')));
    yield* format === undefined ? all : format.decompress(all, name);
  } finally {
    await source.return?.();
  }
}

function refuse(format: string): Decompress {
  return (_chunks, name) => {
    throw sourceFailure(
      'UNREADABLE',
      `${name} is ${format}, which this version does not load: write it plain, as gzip or as zstd`,
    );
  };
}

/** The first bytes, and everything including them again. */
async function withHead(source: AsyncIterator<Uint8Array>): Promise<{ head: Buffer; all: Chunks }> {
  const taken: Uint8Array[] = [];
  let head = Buffer.alloc(0);
  while (head.length < LONGEST_MAGIC) {
    const next = await source.next();
    if (next.done === true) break;
    taken.push(next.value);
    head = Buffer.concat([head, next.value.subarray(0, LONGEST_MAGIC)]);
  }
  return { head, all: rejoin(taken, source) };
}

async function* rejoin(taken: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): Chunks {
  yield* taken;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
