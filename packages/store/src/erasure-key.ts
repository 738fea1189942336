/** The key under which erased customers are remembered: made by whoever erases first. */
import { randomBytes } from 'node:crypto';
import type { Call } from '@segment-store/resilience/operation';
import type { Key, Records } from './records.ts';

/** Base64. */
export const ERASURE_KEY: Key<{ readonly key: string }> = { id: 'erasure-key' };

export async function makeErasureKey(records: Records, call: Call): Promise<string> {
  for (;;) {
    const found = await records.get(ERASURE_KEY, call);
    if (found !== undefined) return found.value.key;
    const value = { key: randomBytes(32).toString('base64') };
    if (await records.put(ERASURE_KEY, { value, version: undefined }, call)) return value.key;
  }
}
