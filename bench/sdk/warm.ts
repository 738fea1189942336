/** A client that knows every customer it will be asked for, and the same answers in a bare LRU. */
import { createSegmentClient, type Lookup, type SegmentClient } from '@segment-store/sdk';
import { LRUCache } from 'lru-cache';
import { zipf } from '../zipf.ts';
import { startService } from './service.ts';

const CUSTOMERS = 100_000;
const ASKED = 250_000;

export interface Warm {
  readonly client: SegmentClient;
  readonly lru: LRUCache<string, Lookup>;
  /** Other string objects than the keys, as ids of requests are. */
  readonly asked: readonly string[];
}

export async function warm(): Promise<Warm> {
  using service = await startService();
  const day = 86_400_000;
  const client = createSegmentClient({
    baseUrl: service.url,
    deadlineMs: 60_000,
    flightTimeoutMs: 60_000,
    attemptTimeoutMs: 60_000,
    maxEntries: CUSTOMERS,
    maxBytes: 2 ** 30,
    freshMs: day,
    staleMs: day,
  });
  const ids = Array.from({ length: CUSTOMERS }, (_, index) => `customer-${index}`);
  const answers = await client.lookupMany(ids);
  const lru = new LRUCache<string, Lookup>({ max: CUSTOMERS });
  for (const [id, lookup] of answers) {
    if (!lookup.ok) throw new Error(`filling failed: ${lookup.error.code}`);
    lru.set(id, lookup);
  }
  const copies = ids.map((id) => Buffer.from(id).toString());
  const asked = Array.from(zipf(CUSTOMERS, ASKED), (index) => copies[index] ?? '');
  return { client, lru, asked };
}

/** CPU nanoseconds an operation: on a machine shared with others, time on the clock measures the others. */
export function cpuNanoseconds(before: NodeJS.CpuUsage, operations: number): number {
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / operations;
}
