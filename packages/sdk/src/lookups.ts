/** Reading the segments of a customer. A hit ends in `peek`; nothing resilient is on its way. */
import { type CustomerId, isCustomerId } from '@segment-store/contract/id';
import type { Cached, Entry } from '@segment-store/resilience/cached';
import { Failure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { MAX_LOOKUPS } from './api.ts';
import type { ReplyCache } from './cache.ts';
import { type CallOptions, callOf, fallbackOf } from './call-options.ts';
import { type Answer, type Lookup, type LookupError, type Reply, type ServedFrom, servedFrom } from './lookup.ts';
import { endedBy, type ReadDeps, refusal } from './reads.ts';
import { counted } from './stats.ts';

export interface Lookups<S extends string> {
  peek(id: string): Lookup<S> | undefined;
  lookup(id: string, options?: CallOptions<S>): Promise<Lookup<S>>;
  lookupMany(ids: Iterable<string>, options?: CallOptions<S>): Promise<ReadonlyMap<string, Lookup<S>>>;
}

export interface LookupSources<S extends string> {
  readonly segments: Cached<CustomerId, Reply<Answer<S>>>;
  /** The cache below `segments`. Only good ids enter it, so a hit needs no check of its id. */
  readonly kept: ReplyCache<string, Reply<Answer<S>>>;
}

/** Ids `lookupMany` asks at once: half of what may be in flight, so that other callers find room. */
const MAX_WAVE = 8 * MAX_LOOKUPS;

export function createLookups<S extends string>(
  { segments, kept }: LookupSources<S>,
  { fallback, deadlineMs, time, tally, hold, life }: ReadDeps<S>,
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

  function read(id: string, call: Call, instead: readonly S[]): Promise<Lookup<S>> {
    if (life.closed) return Promise.resolve(fell(refusal('CLOSED'), instead));
    const entry = kept.get(id);
    if (entry?.freshness === 'fresh') return Promise.resolve(hit(entry));
    if (!isCustomerId(id)) return Promise.resolve(fell(refusal('INVALID_ID'), instead));
    return hold.during(ask(id, call, instead));
  }

  async function lookupMany(ids: Iterable<string>, options?: CallOptions<S>): Promise<ReadonlyMap<string, Lookup<S>>> {
    const { signal, deadlineAt } = callOf(options, time);
    const ceiling = Math.min(deadlineAt, time.now() + deadlineMs);
    const instead = fallbackOf(options, fallback);
    const asked = distinct(ids);
    const lookups = new Map<string, Lookup<S>>();
    for (let from = 0; from < asked.length; from += MAX_WAVE) {
      const call = time.now() < ceiling ? { signal, deadlineAt: ceiling } : tooLate(ceiling);
      const wave = asked.slice(from, from + MAX_WAVE);
      for (const [id, lookup] of await Promise.all(
        wave.map(async (id) => [id, await read(id, call, instead)] as const),
      ))
        lookups.set(id, lookup);
    }
    return lookups;
  }

  return {
    peek,
    lookup: (id, options) => read(id, callOf(options, time), fallbackOf(options, fallback)),
    lookupMany,
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

/** A call whose time is over before it begins: answered by what is in the cache, if anything. */
const tooLate = (deadlineAt: number): Call => ({
  signal: AbortSignal.abort(new Failure('TIMEOUT', 'the deadline passed before these ids could be asked')),
  deadlineAt,
});

/** What can be read of `ids`, each once, whatever else it holds. */
function distinct(ids: Iterable<string>): readonly string[] {
  const seen = new Set<string>();
  try {
    for (const id of ids) seen.add(id);
  } catch {
    // Not iterable, or it failed on the way: what came before counts.
  }
  return [...seen];
}
