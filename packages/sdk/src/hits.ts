/** Lookups that the cache answers. On the hot path: a hit makes one object, the answer. */
import type { Entry } from '@segment-store/resilience/cached';
import type { ReplyCache } from './cache.ts';
import { type Answer, type Lookup, lookupOf, type Reply, servedFrom } from './lookup.ts';
import { type ReadDeps, telling } from './reads.ts';

export interface Hits<S extends string> {
  /** What needs no asking; undefined when there is none. */
  fresh(id: string): Lookup<S> | undefined;
  /** What may be served now, fresh or stale. */
  peek(id: string): Lookup<S> | undefined;
}

export function createHits<S extends string>(
  kept: ReplyCache<string, Reply<Answer<S>>>,
  { tally, events, life }: Pick<ReadDeps<S>, 'tally' | 'events' | 'life'>,
): Hits<S> {
  const told = telling('segments', { tally, events });

  /** Who watches is asked here, not in a function of another file. */
  function hit(entry: Entry<Reply<Answer<S>>>): Lookup<S> {
    tally.served.cache += 1;
    const answer = lookupOf(entry, 'cache');
    if (events.lookups.hasSubscribers) events.answered('segments', answer);
    return answer;
  }

  return {
    fresh(id) {
      if (life.closed) return undefined;
      const entry = kept.get(id);
      return entry?.freshness === 'fresh' ? hit(entry) : undefined;
    },
    peek(id) {
      if (life.closed) return undefined;
      const entry = kept.get(id);
      if (entry === undefined || entry.freshness === 'expired') return undefined;
      return entry.freshness === 'fresh' ? hit(entry) : told(lookupOf(entry, servedFrom(entry, false)));
    },
  };
}
