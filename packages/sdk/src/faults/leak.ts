/** What a process keeps of calls that are over. */
import { getEventListeners } from 'node:events';
import type { SegmentClient } from '../index.ts';

export interface Kept {
  readonly calls: number;
  readonly grownBytes: number;
  /** On the signal that all calls had. */
  readonly listeners: number;
}

/** Calls of all kinds with one signal that lives as long as the process. */
export async function measureKept(client: SegmentClient, calls: number): Promise<Kept> {
  const { signal } = new AbortController();
  await mixed(client, signal, Math.min(calls, 50_000)); // the cache fills, code is compiled
  const before = heapBytes();
  await mixed(client, signal, calls);
  return { calls, grownBytes: heapBytes() - before, listeners: getEventListeners(signal, 'abort').length };
}

const AT_ONCE = 50;

async function mixed(client: SegmentClient, signal: AbortSignal, calls: number): Promise<void> {
  for (let call = 0; call < calls; call += AT_ONCE) {
    const all = Array.from({ length: AT_ONCE }, (_, index) => one(client, signal, call + index));
    await Promise.all(all);
  }
}

/** Mostly hits, as everywhere; of 50 calls a few ask, in vain some of them, and one in 500 leaves early. */
function one(client: SegmentClient, signal: AbortSignal, call: number): unknown {
  const hit = `hit-${call % 100}`;
  if (call % AT_ONCE === 0) return client.lookup(`other-${call}`, { signal });
  if (call % AT_ONCE === 1) return client.lookup(`broken-${call}`, { signal });
  if (call % (10 * AT_ONCE) === 2) return client.lookup(`slow-${call}`, { signal, deadlineMs: 1 });
  if (call % AT_ONCE === 3) return client.checkMember(`other-${call}`, 'new:all', { signal });
  if (call % AT_ONCE === 4) return client.lookup('', { signal });
  if (call % 3 === 0) return client.isMember(hit, 'recurrent:store:17', { signal });
  if (call % 3 === 1) return client.lookupMany([hit], { signal });
  return client.lookup(hit, { signal });
}

function heapBytes(): number {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  for (let round = 0; round < 4; round += 1) globalThis.gc();
  return process.memoryUsage().heapUsed;
}
