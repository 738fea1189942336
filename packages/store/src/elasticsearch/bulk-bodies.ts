/** Memory for the bodies of bulks, used again: as garbage it would pile up faster than it is collected. */

export interface BulkBodies {
  /** Of at least so many bytes; what it holds is anything. */
  take(bytes: number): Buffer;
  /** Only when nobody reads it any more: a request that was cut off may still be sending it. */
  giveBack(buffer: Buffer): void;
}

/** Keeps at most `most` buffers; smaller ones make room for larger ones as the bulks grow. */
export function bulkBodies(most: number): BulkBodies {
  const free: Buffer[] = [];
  return {
    take(bytes) {
      const place = free.findIndex((buffer) => buffer.length >= bytes);
      const [found] = place < 0 ? [] : free.splice(place, 1);
      if (found !== undefined) return found;
      free.shift();
      return Buffer.allocUnsafeSlow(bytes);
    },
    giveBack(buffer) {
      if (free.length < most) free.push(buffer);
    },
  };
}
