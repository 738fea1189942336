/** What lookups find in memory and read, told to whoever counts. */
import { durationMs } from '@segment-store/contract/manifest';
import type { Cached, Entry } from '@segment-store/resilience/cached';
import type { Operation as Ask, Call } from '@segment-store/resilience/operation';
import type { Generation, Reader } from '@segment-store/store/store';
import type { Freshness, Metrics, Operation } from '../telemetry/metrics.ts';
import type { Encoded, Query } from './read-path.ts';

type Told = Pick<Metrics, 'answered' | 'cacheAsked' | 'operated'>;

/** Of data that is so many times as old as its run says it gets, nobody should make decisions. */
const OUTDATED = 3;

export interface LookupTeller {
  /** `path` answers from this generation. */
  questions(path: Cached<Query, Encoded>, generation: Generation): Cached<Query, Encoded>;
  reads(reader: Reader): Reader;
}

export function tellLookups(told: Told, system: Operation['system']): LookupTeller {
  return {
    questions({ peek, ask, renew }, generation) {
      const freshnessOf = freshnessIn(generation);
      const counted = (operation: Ask<Query, Entry<Encoded>>) => async (query: Query, call: Call) => {
        const entry = await operation(query, call);
        // A stale one was given by `peek`, and this asks behind it.
        if (entry.freshness !== 'stale') told.answered(freshnessOf(entry), 'read');
        return entry;
      };
      return {
        peek(query) {
          const entry = peek(query);
          told.cacheAsked('l1', entry === undefined ? 'miss' : entry.freshness === 'fresh' ? 'hit' : 'stale');
          // One that has expired is not given but asked for.
          if (entry !== undefined && entry.freshness !== 'expired') told.answered(freshnessOf(entry), 'memory');
          return entry;
        },
        ask: counted(ask),
        renew: counted(renew),
      };
    },
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

/** Asked for every answer. */
function freshnessIn({ run, computedAt, expectedEvery }: Generation): (entry: Entry<Encoded>) => Freshness {
  const lastsMs = expectedEvery === undefined ? Number.POSITIVE_INFINITY : OUTDATED * durationMs(expectedEvery);
  const outdatedAt = computedAt.getTime() + lastsMs;
  return ({ value, error }) => {
    if (Date.now() > outdatedAt) return 'outdated';
    if (value.run === run) return 'current';
    return error === undefined ? 'former' : 'stale';
  };
}
