/** Bytes → bytes. The first bytes decide, never the file's name. */
import { createGunzip, type Gunzip } from 'node:zlib';
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

/**
 * The decompressed bytes of `chunks`, which is read to its end: what it checks behind its last byte counts. It is closed
 * by then, whoever stops first. `name` is for messages.
 */
export async function* decompress(chunks: Chunks, name: string): Chunks {
  const source = chunks[Symbol.asyncIterator]();
  try {
    const { head, all } = await withHead(source);
    const decoder = decoders.find(({ magic }) => magic.every((byte, index) => head[index] === byte));
    yield* decoder === undefined ? all : decoder.decode(all, name);
  } finally {
    await source.return?.();
  }
}

/** Every member of a multi-member file; Node's gunzip goes on to the next by itself. */
async function* gunzip(chunks: Chunks, name: string): Chunks {
  const inflate = createGunzip({ chunkSize: GUNZIP_CHUNK_BYTES });
  inflate.on('error', () => {}); // told by iterating it or by `fed`; after the last byte nobody iterates any more
  const fed = feed(chunks, inflate, name);
  fed.catch((error: Error) => inflate.destroy(error)); // reading `inflate` rejects with the same reason
  try {
    yield* inflate;
    await fed;
  } catch (error) {
    throw isZlibError(error) ? corrupt(name, reasonOf(error), error) : error;
  } finally {
    inflate.destroy();
    await fed.catch(() => {});
  }
}

/** Gunzip takes zeros behind a member for padding, as gzip(1) does, and looks at nothing behind the first of them. */
async function feed(chunks: Chunks, inflate: Gunzip, name: string): Promise<void> {
  let isPadding = false;
  for await (const chunk of chunks) {
    const before = inflate.bytesWritten;
    if (!isPadding) await write(inflate, chunk);
    const left = chunk.subarray(inflate.bytesWritten - before);
    isPadding ||= left.length > 0;
    if (left.some((byte) => byte !== 0)) throw corrupt(name, 'goes on behind the padding of its gzip data');
  }
  if (!isPadding) inflate.end();
}

/** Settles once `inflate` has taken what it wants of the chunk; rejects when nobody reads on. */
function write(inflate: Gunzip, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(new Error('closed'));
    inflate.once('close', leave);
    inflate.write(chunk, (error) => {
      inflate.off('close', leave);
      if (error) reject(error);
      else resolve();
    });
  });
}

function corrupt(name: string, what: string, cause?: unknown): Error {
  return sourceFailure('CORRUPT', `${name} ${what}: write the run again under a new run id`, cause);
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return code === 'Z_BUF_ERROR' ? 'ends in the middle of its gzip data' : `is not valid gzip (${message})`;
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
async function withHead(source: AsyncIterator<Uint8Array>): Promise<{ head: Uint8Array; all: Chunks }> {
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
