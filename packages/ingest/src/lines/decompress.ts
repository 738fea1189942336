/** Bytes → bytes. The first bytes decide, never the file's name. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { sourceFailure } from '../source-failure.ts';

type Chunks = AsyncIterable<Uint8Array>;
type Decoder = (chunks: Chunks, name: string) => Chunks;

/** The default, 16 KiB, makes gunzip about four times slower. */
const GUNZIP_CHUNK_BYTES = 256 * 1024;

const decoders: readonly { readonly magic: readonly number[]; readonly decode: Decoder }[] = [
  { magic: [0x1f, 0x8b], decode: gunzip },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], decode: refuse('zstd') },
  { magic: [0x42, 0x5a, 0x68], decode: refuse('bzip2') },
  { magic: [0x50, 0x41, 0x52, 0x31], decode: refuse('parquet') },
];
const LONGEST_MAGIC = Math.max(...decoders.map(({ magic }) => magic.length));

/** The decompressed bytes of `chunks`; `name` is for messages. */
export async function* decompress(chunks: Chunks, name: string): Chunks {
  const { head, all } = await withHead(chunks);
  const decoder = decoders.find(({ magic }) => magic.every((byte, index) => head[index] === byte));
  yield* decoder === undefined ? all : decoder.decode(all, name);
}

/** Every member of a multi-member file; Node's gunzip goes on to the next by itself. */
async function* gunzip(chunks: Chunks, name: string): Chunks {
  const inflate = createGunzip({ chunkSize: GUNZIP_CHUNK_BYTES });
  const fed = pipeline(Readable.from(chunks, { objectMode: true }), inflate);
  fed.catch(() => {}); // reading `inflate` rejects with the same reason
  try {
    yield* inflate;
  } catch (error) {
    throw isZlibError(error) ? corrupt(name, error) : error;
  }
}

function corrupt(name: string, error: NodeJS.ErrnoException): Error {
  const what =
    error.code === 'Z_BUF_ERROR' ? 'ends in the middle of its gzip data' : `is not valid gzip (${error.message})`;
  return sourceFailure('CORRUPT', `${name} ${what}: write the run again under a new run id`, error);
}

function isZlibError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');
}

function refuse(format: string): Decoder {
  return (_chunks, name) => {
    throw sourceFailure(
      'UNREADABLE',
      `${name} is ${format}, which this version does not load: write it plain or as gzip`,
    );
  };
}

/** The first bytes, and everything including them again. */
async function withHead(chunks: Chunks): Promise<{ head: Uint8Array; all: Chunks }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const taken: Uint8Array[] = [];
  let head = Buffer.alloc(0);
  while (head.length < LONGEST_MAGIC) {
    const next = await iterator.next();
    if (next.done === true) break;
    taken.push(next.value);
    head = Buffer.concat([head, next.value.subarray(0, LONGEST_MAGIC)]);
  }
  return { head, all: rejoin(taken, iterator) };
}

async function* rejoin(taken: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): Chunks {
  try {
    yield* taken;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
