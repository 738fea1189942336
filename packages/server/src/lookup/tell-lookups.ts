/** What lookups find in memory and read, told to whoever counts. */
import type { Cached } from '@segment-store/resilience/cached';
import type { Reader } from '@segment-store/store/store';
import type { Metrics, Operation } from '../telemetry/metrics.ts';
import type { Encoded, Query } from './read-path.ts';

type Told = Pick<Metrics, 'cacheAsked' | 'operated'>;

export interface LookupTeller {
  questions(path: Cached<Query, Encoded>): Cached<Query, Encoded>;
  reads(reader: Reader): Reader;
}

export function tellLookups(told: Told, system: Operation['system']): LookupTeller {
  return {
    questions: ({ peek, ...others }) => ({
      ...others,
      peek(query) {
        const entry = peek(query);
        told.cacheAsked('l1', entry === undefined ? 'miss' : entry.freshness === 'fresh' ? 'hit' : 'stale');
        return entry;
      },
    }),
    reads: (reader) => ({
      ...reader,
      read(ids, call) {
        const startedAt = performance.now();
        const end = () => told.operated({ system, name: 'mget', seconds: (performance.now() - startedAt) / 1_000 });
        return reader.read(ids, call).finally(end);
      },
    }),
  };
}
