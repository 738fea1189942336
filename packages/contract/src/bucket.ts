/** Which bucket a customer falls into: MurmurHash3 (x86, 32 bit) of UTF-8, the same in every language. */

/** A bucket is a hundredth of a percent. */
export const BUCKETS = 10_000;

/**
 * 0…9,999, evenly: the hash of `<salt>:<customer>`. Salts hold no colon, so no two pairs make the same text. Another
 * `seed` divides the same customers independently.
 */
export function bucketOf(salt: string, customerId: string, seed: number = 0): number {
  return murmur3(`${salt}:${customerId}`, seed) % BUCKETS;
}

const encoder = new TextEncoder();

/** 0…2³²-1. */
export function murmur3(text: string, seed: number = 0): number {
  const bytes = encoder.encode(text);
  const whole = bytes.length - (bytes.length % 4);
  let hash = seed;
  for (let at = 0; at < whole; at += 4) hash = Math.imul(rotated(hash ^ scrambled(bytes, at), 13), 5) + 0xe6546b64;
  return finished(hash ^ scrambled(bytes, whole) ^ bytes.length);
}

/** Four bytes, the first the lowest; those beyond the end are 0, and four of them scramble to 0. */
function scrambled(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  const word = a | (b << 8) | (c << 16) | (d << 24);
  return Math.imul(rotated(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
}

const rotated = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

/** Spreads every bit over all. */
function finished(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}
