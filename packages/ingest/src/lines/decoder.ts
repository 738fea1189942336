/** Bytes through one of Node's decoders. */
import type { Gunzip, ZstdDecompress } from 'node:zlib';
import { sourceFailure } from '../source/source-failure.ts';

export type Chunks = AsyncIterable<Uint8Array>;
/** `name` is for messages. */
export type Decompress = (chunks: Chunks, name: string) => Chunks;
export type Decoder = Gunzip | ZstdDecompress;

/** The default, 16 KiB, makes decoders about four times slower. */
export const DECODED_BYTES: number = 256 * 1024;

/**
 * What `decoder` makes of what `feed` writes into it. Rejects with what `feed` rejects with, and with `failureOf` the
 * decoder's own errors. The decoder is gone by then, whoever stops first.
 */
export async function* decoded(
  decoder: Decoder,
  feed: () => Promise<void>,
  failureOf: (error: NodeJS.ErrnoException) => Error,
): Chunks {
  decoder.on('error', () => {}); // told by iterating it or by `fed`; after the last byte nobody iterates any more
  const fed = feed();
  fed.catch((error: Error) => decoder.destroy(error)); // reading `decoder` rejects with the same reason
  try {
    yield* decoder;
    await fed;
  } catch (error) {
    throw isDecoderError(error) ? failureOf(error) : error;
  } finally {
    decoder.destroy();
    await fed.catch(() => {});
  }
}

/** Settles with what the decoder left of the chunk once it has taken what it wants; rejects when nobody reads on. */
export function write(decoder: Decoder, chunk: Uint8Array): Promise<Uint8Array> {
  const before = decoder.bytesWritten;
  return new Promise((resolve, reject) => {
    const leave = () => reject(new Error('closed'));
    decoder.once('close', leave);
    decoder.write(chunk, (error) => {
      decoder.off('close', leave);
      if (error) reject(error);
      else resolve(chunk.subarray(decoder.bytesWritten - before));
    });
  });
}

export function corrupt(name: string, what: string, cause?: unknown): Error {
  return sourceFailure('CORRUPT', `${name} ${what}: write the run again under a new run id`, cause);
}

function isDecoderError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(Z_|ZSTD_)/.test(error.code);
}
