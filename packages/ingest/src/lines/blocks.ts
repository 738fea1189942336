/** Chunks of any size → blocks of whole lines. */
import { freshMemory, type Memory } from './memory.ts';

/** Whole lines; only a block that ends its part may lack the last line break. */
export interface Block {
  readonly bytes: Buffer;
  /** Of the first byte, from the start of the part. */
  readonly offset: number;
  /** Bytes of the part it stands for. */
  readonly length: number;
  /** One line over the limit: `bytes` is empty, it was never kept. */
  readonly tooLong: boolean;
}

export interface BlockSizes {
  readonly blockBytes: number;
  /** Without its line break. */
  readonly maxLineBytes: number;
}

const LINE_FEED = 10;
const LINE_BREAK_BYTES = 2;

/** Holds at most one block and one line; the cuts depend on the bytes alone, not on the chunks. */
export async function* blocks(
  chunks: AsyncIterable<Uint8Array>,
  sizes: BlockSizes,
  memory: Memory = freshMemory,
): AsyncGenerator<Block> {
  const filling = new Filling(sizes, memory);
  try {
    for await (const chunk of chunks) yield* filling.take(chunk);
    yield* filling.rest();
  } finally {
    filling.end();
  }
}

class Filling {
  readonly #blockBytes: number;
  readonly #most: number;
  readonly #memory: Memory;
  #buffer: Buffer;
  #filled = 0;
  #offset = 0;
  /** Bytes dropped of a line that is too long, while it lasts. */
  #dropped = 0;

  constructor({ blockBytes, maxLineBytes }: BlockSizes, memory: Memory) {
    this.#memory = memory;
    this.#blockBytes = blockBytes;
    this.#most = Math.max(blockBytes, maxLineBytes + LINE_BREAK_BYTES);
    this.#buffer = this.#room(blockBytes);
  }

  *take(chunk: Uint8Array): Generator<Block> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#dropped > 0) {
        at += this.#drop(chunk.subarray(at));
        if (chunk[at - 1] === LINE_FEED) yield this.#tooLong();
        continue;
      }
      at += this.#copy(chunk.subarray(at));
      if (this.#filled === this.#buffer.length) yield* this.#full();
    }
  }

  *rest(): Generator<Block> {
    if (this.#dropped > 0) yield this.#tooLong();
    if (this.#filled > 0) yield this.#cut(this.#filled);
  }

  /** The block that was begun is nobody's. */
  end(): void {
    this.#memory.giveBack(this.#buffer.buffer);
  }

  #copy(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, this.#buffer.length - this.#filled);
    this.#buffer.set(taken, this.#filled);
    this.#filled += taken.length;
    return taken.length;
  }

  /** Up to the end of the line that is too long, line break included. */
  #drop(bytes: Uint8Array): number {
    const lineFeed = bytes.indexOf(LINE_FEED);
    const taken = lineFeed === -1 ? bytes.length : lineFeed + 1;
    this.#dropped += taken;
    return taken;
  }

  *#full(): Generator<Block> {
    const end = this.#buffer.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) yield this.#cut(end);
    else if (this.#filled < this.#most) this.#grow(this.#filled);
    else {
      this.#dropped = this.#filled;
      this.#filled = 0;
    }
  }

  #cut(end: number): Block {
    const bytes = this.#buffer.subarray(0, end);
    const carried = this.#buffer.subarray(end, this.#filled);
    this.#buffer = this.#room(this.#blockBytes);
    this.#filled = 0;
    if (carried.length >= this.#blockBytes) this.#grow(carried.length);
    this.#copy(carried);
    return this.#block(bytes, end, false);
  }

  #tooLong(): Block {
    const length = this.#dropped;
    this.#dropped = 0;
    return this.#block(Buffer.alloc(0), length, true);
  }

  #block(bytes: Buffer, length: number, tooLong: boolean): Block {
    const offset = this.#offset;
    this.#offset += length;
    return { bytes, offset, length, tooLong };
  }

  /** Room for more than `bytes`, keeping what is there. */
  #grow(bytes: number): void {
    const grown = this.#room(Math.min(bytes * 2, this.#most));
    this.#buffer.copy(grown, 0, 0, this.#filled);
    this.#memory.giveBack(this.#buffer.buffer);
    this.#buffer = grown;
  }

  #room(bytes: number): Buffer {
    return Buffer.from(this.#memory.take(bytes), 0, bytes);
  }
}
