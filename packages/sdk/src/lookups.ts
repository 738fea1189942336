/** Reading the segments of a customer. A hit ends in `peek`; nothing resilient is on its way. */
import { type CustomerId, isCustomerId } from '@segment-store/contract/id';
import type { Entry } from '@segment-store/resilience/cached';
import type { Call } from '@segment-store/resilience/operation';
import { type CallOptions, fallbackOf, withCall } from './call-options.ts';
import { type Answer, type Lookup, type LookupError, type Reply, type ServedFrom, servedFrom } from './lookup.ts';
import { endedBy, type ReadDeps, refusal } from './reads.ts';
import type { Sources } from './sources.ts';
import { counted } from './stats.ts';

export interface Lookups<S extends string> {
  peek(id: string): Lookup<S> | undefined;
  lookup(id: string, options?: CallOptions<S>): Promise<Lookup<S>>;
  /** The same, its options read already. */
  read(id: string, call: Call, instead: readonly S[]): Promise<Lookup<S>>;
}

export function createLookups<S extends string>(
  { segments, kept }: Pick<Sources<S>, 'segments' | 'kept'>,
  { fallback, time, tally, hold, life }: ReadDeps<S>,
): Lookups<S> {
  const fell = (error: LookupError, instead: readonly S[]): Lookup<S> =>
    counted(tally, { ok: false, servedFrom: 'fallback', segmentIds: instead, error });

  function hit(entry: Entry<Reply<Answer<S>>>): Lookup<S> {
    tally.served.cache += 1;
    return found(entry, 'cache');
  }

  function peek(id: string): Lookup<S> | undefined {
    if (life.closed) return undefined;
    const entry = kept.get(id);
    if (entry === undefined || entry.freshness === 'expired') return undefined;
    return entry.freshness === 'fresh' ? hit(entry) : counted(tally, found(entry, 'stale'));
  }

  async function ask(id: CustomerId, call: Call, instead: readonly S[]): Promise<Lookup<S>> {
    try {
      const entry = await segments.ask(id, call);
      const answer = found(entry, servedFrom(entry, true));
      return counted(tally, entry.error === undefined ? answer : { ...answer, error: endedBy(entry.error, life) });
    } catch (error) {
      return fell(endedBy(error, life), instead);
    }
  }

  function fresh(id: string): Lookup<S> | undefined {
    if (life.closed) return undefined;
    const entry = kept.get(id);
    return entry?.freshness === 'fresh' ? hit(entry) : undefined;
  }

  function read(id: string, call: Call, instead: readonly S[]): Promise<Lookup<S>> {
    const answer = fresh(id);
    if (answer !== undefined) return Promise.resolve(answer);
    if (life.closed) return Promise.resolve(fell(refusal('CLOSED'), instead));
    if (!isCustomerId(id)) return Promise.resolve(fell(refusal('INVALID_ID'), instead));
    return hold.during(ask(id, call, instead));
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

function found<S extends string>(
  { value, ageMs }: Entry<Reply<Answer<S>>>,
  from: ServedFrom,
): Lookup<S> & { ok: true } {
  const { segmentIds, known, complete, generation, computedAt } = value;
  return {
    ok: true,
    servedFrom: from,
    ageMs: ageMs + value.ageMs,
    segmentIds,
    known,
    complete,
    generation,
    computedAt,
  };
}
