/** Reading one lookup: from the cache, from the service, or from the fallback, told to who watches on its way. */
import { type CustomerId, isCustomerId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import { type CallOptions, fallbackOf, withCall } from './call-options.ts';
import { type Fallback, fallenBack, type Missed } from './fallback.ts';
import { createHits, type Hits } from './hits.ts';
import { type Lookup, type LookupError, lookupOf, servedFrom } from './lookup.ts';
import { endedBy, endOf, type ReadDeps, refusal, telling } from './reads.ts';
import type { Sources } from './sources.ts';

export interface Lookups<S extends string> {
  readonly peek: Hits<S>['peek'];
  lookup(id: string, options?: CallOptions<S>): Promise<Lookup<S>>;
  /** The same, its options read already. */
  read(id: string, call: Call, instead: Fallback<S>): Promise<Lookup<S>>;
}

export function createLookups<S extends string>(
  { segments, kept }: Pick<Sources<S>, 'segments' | 'kept'>,
  deps: ReadDeps<S>,
): Lookups<S> {
  const { fallback, time, events, hold, life } = deps;
  const { fresh, peek } = createHits(kept, deps);
  const told = telling('segments', deps);

  async function fell(error: LookupError, missed: Missed<S>): Promise<Lookup<S>> {
    const segmentIds = await fallenBack(error, missed, time);
    return told({ ok: false, servedFrom: 'fallback', segmentIds, error });
  }

  async function ask(id: CustomerId, call: Call, missed: Missed<S>): Promise<Lookup<S>> {
    try {
      const entry = await segments.ask(id, call);
      const answer = lookupOf(entry, servedFrom(entry, true));
      return told(entry.error === undefined ? answer : { ...answer, error: endedBy(entry.error, life) });
    } catch (error) {
      return fell(endedBy(error, life), missed);
    }
  }

  function read(id: string, call: Call, instead: Fallback<S>): Promise<Lookup<S>> {
    const answer = fresh(id);
    if (answer !== undefined) return Promise.resolve(answer);
    const missed = { id, instead, until: endOf(call, deps) };
    if (life.closed) return fell(refusal('CLOSED'), missed);
    if (!isCustomerId(id)) return fell(refusal('INVALID_ID'), missed);
    return hold.during(events.asking('segments', () => ask(id, call, missed)));
  }

  return {
    peek,
    read,
    lookup(id, options) {
      const answer = fresh(id);
      if (answer !== undefined) return Promise.resolve(answer);
      return withCall(options, time, (call) => read(id, call, fallbackOf(options, fallback)));
    },
  };
}
