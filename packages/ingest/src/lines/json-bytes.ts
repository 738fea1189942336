/** JSON in the making, in bytes: what is UTF-8 stays as it is, and what is not is found by whoever reads the JSON. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const SPACE = 0x20;
/** `\u00XX`, which one byte may become. */
const LONGEST_ESCAPE = 6;
const HEX = Buffer.from('0123456789abcdef');
const UNICODE_ESCAPE = Buffer.from('\\u00');

interface Range {
  readonly from: number;
  readonly to: number;
}

/** No byte. */
export const NOTHING = -1;

export class JsonBytes {
  #buffer: Buffer;
  #length = 0;

  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafeSlow(Math.ceil(bytes));
  }

  get length(): number {
    return this.#length;
  }

  /** As they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  text(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += this.#buffer.write(text, this.#length);
  }

  /**
   * The inside of a JSON string: `bytes` from `from` to `to`, escaped where JSON must. Where the byte `split` stands, one
   * string ends and the next one begins.
   */
  inside(bytes: Uint8Array, { from, to }: Range, split: number): void {
    const more = growth(bytes, { from, to }, split);
    this.#reserve(to - from + more);
    if (more > 0) this.#escaped(bytes, { from, to }, split);
    else {
      this.#buffer.set(bytes.subarray(from, to), this.#length);
      this.#length += to - from;
    }
  }

  /** Everything so far. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #escaped(bytes: Uint8Array, { from, to }: Range, split: number): void {
    const out = this.#buffer;
    let at = this.#length;
    for (let index = from; index < to; index++) {
      const byte = bytes[index] ?? 0;
      if (byte === split) {
        out[at++] = QUOTE;
        out[at++] = COMMA;
        out[at++] = QUOTE;
      } else if (byte < SPACE) at = escapeControl(out, at, byte);
      else {
        if (byte === QUOTE || byte === BACKSLASH) out[at++] = BACKSLASH;
        out[at++] = byte;
      }
    }
    this.#length = at;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#buffer.length, this.#length + bytes));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

/** By how many bytes escaping and splitting make it longer. */
function growth(bytes: Uint8Array, { from, to }: Range, split: number): number {
  let more = 0;
  for (let index = from; index < to; index++) {
    const byte = bytes[index] ?? 0;
    if (byte === split) more += 2;
    else if (byte < SPACE) more += LONGEST_ESCAPE - 1;
    else if (byte === QUOTE || byte === BACKSLASH) more += 1;
  }
  return more;
}

function escapeControl(out: Buffer, at: number, byte: number): number {
  out.set(UNICODE_ESCAPE, at);
  out[at + 4] = HEX[byte >> 4] ?? 0;
  out[at + 5] = HEX[byte & 15] ?? 0;
  return at + LONGEST_ESCAPE;
}
