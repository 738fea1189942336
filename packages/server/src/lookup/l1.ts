/** Encoded answers of one generation, in memory. No entry expires: a new generation comes with a new cache. */
import type { Cache } from '@segment-store/resilience/cached';
import { systemTime, type Time } from '@segment-store/resilience/time';
import { LRUCache } from 'lru-cache';
import type { Encoded, Query } from './read-path.ts';

interface Kept {
  readonly value: Encoded;
  readonly at: number;
}

/** Map slot, list links, two objects, etag: what an entry costs beside its bytes and its key. */
const OVERHEAD_BYTES = 400;

export function createL1(maxBytes: number, time: Time = systemTime): Cache<Query, Encoded> {
  const kept = new LRUCache<string, Kept>({
    maxSize: maxBytes,
    sizeCalculation: ({ value }, key) => value.bytes.byteLength + 2 * key.length + OVERHEAD_BYTES,
  });
  return {
    keyOf,
    get(query) {
      const found = kept.get(keyOf(query));
      return found && { value: found.value, freshness: 'fresh', ageMs: time.now() - found.at };
    },
    set(query, value) {
      kept.set(keyOf(query), { value, at: time.now() });
    },
  };
}

/** No id holds a line break; filters arrive sorted. */
function keyOf(query: Query): string {
  if (query.view === 'membership') return `${query.customerId}\nmembership\n${query.segmentId}`;
  const { customerId, view, filters } = query;
  const filtered = JSON.stringify(filters);
  return view === 'ids' && filtered === '{}' ? customerId : `${customerId}\n${view}\n${filtered}`;
}
