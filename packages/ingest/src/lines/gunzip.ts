import { createGunzip, type Gunzip } from 'node:zlib';
import { type Chunks, corrupt, DECODED_BYTES, decoded, write } from './decoder.ts';

/** Every member of a multi-member file; Node's gunzip goes on to the next by itself. */
export function gunzip(chunks: Chunks, name: string): Chunks {
  const decoder = createGunzip({ chunkSize: DECODED_BYTES });
  return decoded(
    decoder,
    () => feed(chunks, decoder, name),
    (error) => corrupt(name, reasonOf(error), error),
  );
}

/** Gunzip takes zeros behind a member for padding, as gzip(1) does, and looks at nothing behind the first of them. */
async function feed(chunks: Chunks, decoder: Gunzip, name: string): Promise<void> {
  let isPadding = false;
  for await (const chunk of chunks) {
    const left: Uint8Array = isPadding ? chunk : await write(decoder, chunk);
    isPadding ||= left.length > 0;
    if (left.some((byte) => byte !== 0)) throw corrupt(name, 'goes on behind the padding of its gzip data');
  }
  if (!isPadding) decoder.end();
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return code === 'Z_BUF_ERROR' ? 'ends in the middle of its gzip data' : `is not valid gzip (${message})`;
}
