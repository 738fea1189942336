/** Customers who were erased, by their keyed hashes: the list in memory, and as lines for whoever keeps a copy. */
import { type CustomerId, FormatError, MAX_CUSTOMER_ID_BYTES } from '@segment-store/contract/id';
import { keyedHash } from './keyed-hash.ts';

/** Asked without waiting: about 1 µs a customer, nothing when `size` is 0. */
export interface Erased {
  readonly size: number;
  has(customerId: CustomerId): boolean;
  /** As `parseErased` reads it: no ids, but the key of their hashes. */
  lines(): readonly string[];
}

export const nobodyErased: Erased = { size: 0, has: () => false, lines: () => [] };

/** `key` in base64, as the store keeps it. */
export function hashingWith(key: string): (customerId: CustomerId) => string {
  return keyedHash(Buffer.from(key, 'base64'), MAX_CUSTOMER_ID_BYTES);
}

export function erasedList(key: string, hashes: ReadonlySet<string>): Erased {
  if (hashes.size === 0) return nobodyErased;
  const hash = hashingWith(key);
  return {
    size: hashes.size,
    has: (customerId) => hashes.has(hash(customerId)),
    lines: () => [key, ...hashes],
  };
}

const KEY = /^[A-Za-z0-9+/]{43}=$/;
const HASH = /^[\w-]{43}$/;

/** @throws FormatError */
export function parseErased([key, ...hashes]: readonly string[]): Erased {
  if (key === undefined) return nobodyErased;
  if (KEY.test(key) && hashes.every((hash) => HASH.test(hash))) return erasedList(key, new Set(hashes));
  throw new FormatError('malformed', 'list of erased customers: expected a key of 32 bytes, then hashes of 32 bytes');
}
