import { constants, createZstdDecompress, type ZstdDecompress } from 'node:zlib';
import { sourceFailure } from '../source/source-failure.ts';
import { type Chunks, corrupt, DECODED_BYTES, decoded, write } from './decoder.ts';

/** 128 MiB, which is also all that zstd(1) reads unasked; up to level 19 it writes with 8 MiB at most. */
const LONGEST_WINDOW_LOG = 27;
const options = { chunkSize: DECODED_BYTES, params: { [constants.ZSTD_d_windowLogMax]: LONGEST_WINDOW_LOG } };

/**
 * Every frame. Node's decoder ends at the first one whose end lies within a chunk, and drops what follows: the next
 * decoder takes it. A decoder holds the window of its frame, at most 128 MiB.
 */
export async function* unzstd(chunks: Chunks, name: string): Chunks {
  const source = new Unreadable(chunks);
  do {
    const decoder = createZstdDecompress(options);
    yield* decoded(
      decoder,
      () => feed(source, decoder),
      (error) => failureOf(error, name),
    );
  } while (source.hasUnread);
}

async function feed(source: Unreadable, decoder: ZstdDecompress): Promise<void> {
  for (let chunk = await source.read(); chunk !== undefined; chunk = await source.read()) {
    const left = await write(decoder, chunk);
    if (left.length > 0) return source.unread(left);
  }
  decoder.end();
}

/** Chunks of which some may be given back. */
class Unreadable {
  readonly #source: AsyncIterator<Uint8Array>;
  #unread: Uint8Array | undefined;

  constructor(chunks: Chunks) {
    this.#source = chunks[Symbol.asyncIterator]();
  }

  get hasUnread(): boolean {
    return this.#unread !== undefined;
  }

  async read(): Promise<Uint8Array | undefined> {
    const unread = this.#unread;
    this.#unread = undefined;
    if (unread !== undefined) return unread;
    const next = await this.#source.next();
    return next.done === true ? undefined : next.value;
  }

  unread(bytes: Uint8Array): void {
    this.#unread = bytes;
  }
}

function failureOf(error: NodeJS.ErrnoException, name: string): Error {
  switch (error.code) {
    case 'Z_BUF_ERROR':
      return corrupt(name, 'ends in the middle of its zstd data', error);
    case 'ZSTD_error_prefix_unknown':
      return corrupt(name, 'goes on behind a frame of its zstd data with bytes that are none', error);
    case 'ZSTD_error_frameParameter_windowTooLarge':
      return unreadable(name, 'needs more than 128 MiB of memory: compress it without --long or with --long=27', error);
    case 'ZSTD_error_dictionary_wrong':
      return unreadable(name, 'needs a dictionary: compress it without one', error);
    default:
      return corrupt(name, `is not valid zstd (${error.message})`, error);
  }
}

const unreadable = (name: string, what: string, cause: Error): Error =>
  sourceFailure('UNREADABLE', `${name} is zstd that ${what}`, cause);
