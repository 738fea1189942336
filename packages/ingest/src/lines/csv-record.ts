/** One record of RFC 4180, found in bytes. */

const QUOTE = 0x22;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
/** Of a quoted field whose end is not there. */
const OPEN = -1;

/** Reads record after record; the fields of the one read last stand here. */
export class CsvRecord {
  readonly #delimiter: number;
  /** Three numbers a field: where it starts and ends without its quotes, and 1 where quotes in it are doubled. */
  readonly #fields: number[] = [];
  #count = 0;
  #lineFeeds = 0;
  #isBroken = false;
  #hasEnded = false;

  constructor(delimiter: number) {
    this.#delimiter = delimiter;
  }

  get fields(): number {
    return this.#count;
  }

  /** Line feeds within it: a quoted field may hold some. */
  get lineFeeds(): number {
    return this.#lineFeeds;
  }

  /** Quotes where RFC 4180 has none: a record of no fields, up to its line feed. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  from(field: number): number {
    return this.#fields[field * 3] ?? 0;
  }

  to(field: number): number {
    return this.#fields[field * 3 + 1] ?? 0;
  }

  isDoubled(field: number): boolean {
    return this.#fields[field * 3 + 2] === 1;
  }

  /**
   * Where the next record starts: behind the line feed of the one that starts at `at`, or at the end of `bytes`.
   * -1 when it goes on behind the end: a quoted field is open.
   */
  read(bytes: Uint8Array, at: number): number {
    this.#count = 0;
    this.#lineFeeds = 0;
    this.#isBroken = false;
    this.#hasEnded = false;
    let next = at;
    while (!this.#hasEnded && next !== -1) {
      next = bytes[next] === QUOTE ? this.#quoted(bytes, next + 1) : this.#plain(bytes, next);
    }
    return next;
  }

  /** Returns, as all below do, where the next field or record starts. */
  #plain(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) return this.#broken(bytes, at);
      if (byte !== this.#delimiter && byte !== LINE_FEED) continue;
      this.#hasEnded = byte === LINE_FEED;
      return this.#field(
        from,
        this.#hasEnded && at > from && bytes[at - 1] === CARRIAGE_RETURN ? at - 1 : at,
        0,
        at + 1,
      );
    }
    this.#hasEnded = true;
    const to = bytes.length > from && bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
    return this.#field(from, to, 0, bytes.length);
  }

  #quoted(bytes: Uint8Array, from: number): number {
    let doubled = 0;
    for (let at = from; at < bytes.length; at++) {
      if (bytes[at] === LINE_FEED) this.#lineFeeds++;
      if (bytes[at] !== QUOTE) continue;
      if (bytes[at + 1] !== QUOTE) return this.#behindQuote(bytes, this.#field(from, at, doubled, at + 1));
      doubled = 1;
      at++;
    }
    return OPEN;
  }

  /** Nothing but the delimiter, a line break or the end may follow a closing quote. */
  #behindQuote(bytes: Uint8Array, at: number): number {
    if (bytes[at] === this.#delimiter) return at + 1;
    const lineFeed = bytes[at] === CARRIAGE_RETURN ? at + 1 : at;
    if (lineFeed < bytes.length && bytes[lineFeed] !== LINE_FEED) return this.#broken(bytes, at);
    this.#hasEnded = true;
    return Math.min(lineFeed + 1, bytes.length);
  }

  #broken(bytes: Uint8Array, at: number): number {
    this.#isBroken = true;
    this.#hasEnded = true;
    const lineFeed = bytes.indexOf(LINE_FEED, at);
    return lineFeed === -1 ? bytes.length : lineFeed + 1;
  }

  #field(from: number, to: number, doubled: number, next: number): number {
    const at = this.#count++ * 3;
    this.#fields[at] = from;
    this.#fields[at + 1] = to;
    this.#fields[at + 2] = doubled;
    return next;
  }
}
