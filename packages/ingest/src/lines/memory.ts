/** Memory for lines, used again: as garbage it would pile up faster than it is collected. */

export interface Memory {
  /** At least so many bytes; what they hold is anything. */
  take(bytes: number): ArrayBuffer;
  /** Only what nobody reads any more. What was not taken here, or is given back already, is left alone. */
  giveBack(memory: ArrayBufferLike): void;
}

/** Nothing is used again. */
export const freshMemory: Memory = { take: allocated, giveBack() {} };

/** Sizes are rounded up to powers of two, the least is this: so that what one block gave back fits the next one. */
const LEAST_BYTES = 4096;

/** Keeps at most `mostBytes` that nobody uses. */
export function reusedMemory(mostBytes: number): Memory {
  const free: ArrayBuffer[] = [];
  const lent = new WeakSet<ArrayBufferLike>();
  let freeBytes = 0;
  return {
    take(bytes) {
      const size = 2 ** Math.ceil(Math.log2(Math.max(bytes, LEAST_BYTES)));
      const place = free.findLastIndex(({ byteLength }) => byteLength === size);
      const [found = allocated(size)] = place === -1 ? [] : free.splice(place, 1);
      if (place !== -1) freeBytes -= size;
      lent.add(found);
      return found;
    },
    giveBack(memory) {
      if (!(memory instanceof ArrayBuffer) || !lent.delete(memory)) return;
      free.push(memory);
      freeBytes += memory.byteLength;
      // Of sizes that are no longer asked for first.
      while (freeBytes > mostBytes) freeBytes -= free.shift()?.byteLength ?? 0;
    },
  };
}

/** Not filled with zeros: what is never written never becomes resident. */
function allocated(bytes: number): ArrayBuffer {
  return Buffer.allocUnsafeSlow(bytes).buffer;
}
