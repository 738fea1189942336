/** Finds an id that a line repeats, without making strings. It grows to the longest line seen, then allocates no more. */
export class DistinctIds {
  #bytes: Uint8Array = new Uint8Array();
  #size = 0;
  #line = 0;
  #slots: Slots = createSlots(1024);

  /** Forgets every id; the next ones stand in `bytes`. */
  begin(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#size = 0;
    this.#line += 1;
    if (this.#line > 0xffffffff) {
      this.#line = 1;
      this.#slots.line.fill(0);
    }
  }

  /** False when equal bytes were added since `begin`. Equal bytes must come with equal hashes. */
  add(start: number, end: number, hash: number): boolean {
    if (this.#size * 2 >= this.#slots.line.length) this.#grow();
    const slots = this.#slots;
    const mask = slots.line.length - 1;
    let slot = (Math.imul(hash, 0x9e3779b1) >>> 8) & mask;
    // A slot is taken only if it carries the number of the present line: nothing needs clearing between lines.
    while (slots.line[slot] === this.#line) {
      if (slots.hash[slot] === hash && this.#equal(slot, start, end)) return false;
      slot = (slot + 1) & mask;
    }
    slots.line[slot] = this.#line;
    slots.hash[slot] = hash;
    slots.start[slot] = start;
    slots.end[slot] = end;
    this.#size += 1;
    return true;
  }

  #equal(slot: number, start: number, end: number): boolean {
    let other = this.#slots.start[slot] ?? 0;
    if ((this.#slots.end[slot] ?? 0) - other !== end - start) return false;
    for (let at = start; at < end; at++) if (this.#bytes[at] !== this.#bytes[other++]) return false;
    return true;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = createSlots(old.line.length * 2);
    this.#size = 0;
    old.line.forEach((line, slot) => {
      if (line === this.#line) this.add(old.start[slot] ?? 0, old.end[slot] ?? 0, old.hash[slot] ?? 0);
    });
  }
}

interface Slots {
  readonly line: Uint32Array;
  readonly hash: Int32Array;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
}

function createSlots(count: number): Slots {
  return {
    line: new Uint32Array(count),
    hash: new Int32Array(count),
    start: new Uint32Array(count),
    end: new Uint32Array(count),
  };
}
