/** Reading the segments of a customer. A hit ends in `peek`; nothing resilient is on its way. */
import { type CustomerId, isCustomerId } from '@segment-store/contract/id';
import type { Entry } from '@segment-store/resilience/cached';
import type { Call } from '@segment-store/resilience/operation';
import { type CallOptions, fallbackOf, withCall } from './call-options.ts';
import { type Fallback, fallenBack } from './fallback.ts';
import { type Answer, type Lookup, type LookupError, type Reply, type ServedFrom, servedFrom } from './lookup.ts';
import { endedBy, type ReadDeps, refusal } from './reads.ts';
import type { Sources } from './sources.ts';
import { counted } from './stats.ts';

export interface Lookups<S extends string> {
  peek(id: string): Lookup<S> | undefined;
  lookup(id: string, options?: CallOptions<S>): Promise<Lookup<S>>;
  /** The same, its options read already. */
  read(id: string, call: Call, instead: Fallback<S>): Promise<Lookup<S>>;
}

export function createLookups<S extends string>(
  { segments, kept }: Pick<Sources<S>, 'segments' | 'kept'>,
  { fallback, deadlineMs, time, tally, events, hold, life }: ReadDeps<S>,
): Lookups<S> {
  function told(lookup: Lookup<S>): Lookup<S> {
    events.answered('segments', lookup);
    return counted(tally, lookup);
  }

  interface Missed {
    readonly id: string;
    readonly instead: Fallback<S>;
    readonly until: number;
  }

  async function fell(error: LookupError, { id, instead, until }: Missed): Promise<Lookup<S>> {
    const segmentIds = await fallenBack(instead, { customerId: id, error }, until, time);
    return told({ ok: false, servedFrom: 'fallback', segmentIds, error });
  }

  /** On the hot path: who watches is asked here, not in a function of another file. */
  function hit(entry: Entry<Reply<Answer<S>>>): Lookup<S> {
    tally.served.cache += 1;
    const answer = found(entry, 'cache');
    if (events.lookups.hasSubscribers) events.answered('segments', answer);
    return answer;
  }

  function peek(id: string): Lookup<S> | undefined {
    if (life.closed) return undefined;
    const entry = kept.get(id);
    if (entry === undefined || entry.freshness === 'expired') return undefined;
    return entry.freshness === 'fresh' ? hit(entry) : told(found(entry, servedFrom(entry, false)));
  }

  async function ask(id: CustomerId, call: Call, missed: Missed): Promise<Lookup<S>> {
    try {
      const entry = await segments.ask(id, call);
      const answer = found(entry, servedFrom(entry, true));
      return told(entry.error === undefined ? answer : { ...answer, error: endedBy(entry.error, life) });
    } catch (error) {
      return fell(endedBy(error, life), missed);
    }
  }

  function fresh(id: string): Lookup<S> | undefined {
    if (life.closed) return undefined;
    const entry = kept.get(id);
    return entry?.freshness === 'fresh' ? hit(entry) : undefined;
  }

  function read(id: string, call: Call, instead: Fallback<S>): Promise<Lookup<S>> {
    const answer = fresh(id);
    if (answer !== undefined) return Promise.resolve(answer);
    const missed = { id, instead, until: Math.min(call.deadlineAt, time.now() + deadlineMs) };
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
