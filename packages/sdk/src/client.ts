/** The client: caches, stacks and reads, put together. */
import { systemTime, type Time } from '@segment-store/resilience/time';
import { createApi, MAX_LOOKUPS, type Pair } from './api.ts';
import { createCache } from './cache.ts';
import type { CallOptions } from './call-options.ts';
import { SegmentLookupError } from './errors.ts';
import { createHold } from './hold.ts';
import type { Answer, Lookup, Membership, MembershipFacts, Reply } from './lookup.ts';
import { createLookups } from './lookups.ts';
import { createCheckMember } from './memberships.ts';
import type { ResolvedOptions } from './options.ts';
import { joinOrigin } from './origin.ts';
import { awaitReady, type Readiness, type ReadyOptions } from './ready.ts';
import { createStack } from './stack.ts';
import { type ClientStats, createTally } from './stats.ts';

/** A lookup the service answered, now or earlier. */
export type FoundLookup<S extends string = string> = Extract<Lookup<S>, { readonly ok: true }>;

export interface SegmentClient<S extends string = string> extends AsyncDisposable {
  /** The segments of a customer. Never rejects; settles within the deadline. */
  lookup(id: string, options?: CallOptions<S>): Promise<Lookup<S>>;
  /** The same for many, within one deadline; every id given is a key of the map. Never rejects. */
  lookupMany(ids: Iterable<string>, options?: CallOptions<S>): Promise<ReadonlyMap<string, Lookup<S>>>;
  /** What the cache can serve now, without asking anyone; undefined when it cannot. Never throws. */
  peek(id: string): Lookup<S> | undefined;
  /** Whether a customer is in a segment; the fallback's word when it cannot be found out. Never rejects. */
  isMember(id: string, segment: S, options?: CallOptions<S>): Promise<boolean>;
  /** The same, with where the answer came from. Never rejects. */
  checkMember(id: string, segment: S, options?: CallOptions<S>): Promise<Membership>;
  /** As `lookup`, but rejects instead of falling back. @throws SegmentLookupError */
  lookupOrThrow(id: string, options?: CallOptions<S>): Promise<FoundLookup<S>>;
  /** Waits until the service answers this client, at most `timeoutMs` (default 2,000). Never rejects. */
  ready(options?: ReadyOptions): Promise<Readiness>;
  /** Counts since the client was created, and how the guards stand that it shares. */
  stats(): ClientStats;
  /** Lets go of cache and connections; reads afterwards answer `CLOSED`. Idempotent, never rejects. */
  close(): Promise<void>;
}

/** Functions, not methods: `ids.map(client.lookup)` works. */
export function createClient<S extends string>(options: ResolvedOptions<S>, time: Time = systemTime): SegmentClient<S> {
  const { fallback, maxRetries, ms } = options;
  const { state, leave } = joinOrigin(options.origin, options.apiKey);
  const { epochs, pool } = state;
  const api = createApi<S>({ basePath: options.basePath, apiKey: options.apiKey, pool, epochs, time });
  const answers = createCache<string, Reply<Answer<S>>>(options.cache, {
    keyOf: (id) => id,
    bytesOf: ({ segmentIds }) => 8 * segmentIds.length,
    epochs,
    time,
  });
  const pairs = createCache<Pair, Reply<MembershipFacts>>(options.cache, {
    keyOf: ({ customerId, segmentId }) => `${customerId}\n${segmentId}`, // neither holds a line break
    bytesOf: () => 0,
    epochs,
    time,
  });
  const segments = createStack({ ...state, send: api.segmentsOf }, answers, {
    maxBatch: MAX_LOOKUPS,
    maxRetries,
    ms,
    time,
  });
  const members = createStack({ ...state, send: api.membershipOf }, pairs, { maxBatch: 1, maxRetries, ms, time });

  const tally = createTally();
  const life = { closed: false };
  const hold = createHold();
  const reads = { fallback, deadlineMs: ms.call, time, tally, hold, life };
  const { lookup, lookupMany, peek } = createLookups({ segments, kept: answers }, reads);
  const checkMember = createCheckMember({ segments, members }, reads);
  pool.warm().catch(() => 'the first request says what is wrong');

  async function close(): Promise<void> {
    life.closed = true;
    answers.clear();
    pairs.clear();
    hold.release();
    await leave().catch(() => 'connections that cannot be closed are gone already');
  }

  return {
    lookup,
    lookupMany,
    peek,
    checkMember,
    isMember: async (id, segment, callOptions) => (await checkMember(id, segment, callOptions)).member,
    async lookupOrThrow(id, callOptions) {
      const found = await lookup(id, callOptions);
      if (found.ok) return found;
      throw new SegmentLookupError(found.error);
    },
    ready: (readyOptions) =>
      life.closed
        ? Promise.resolve('unavailable')
        : hold.during(awaitReady((_, call) => api.probe(call), readyOptions, time)),
    stats: () => ({
      served: { ...tally.served },
      errors: { ...tally.errors },
      cache: sum(answers.size(), pairs.size()),
      origin: {
        breaker: state.breaker.state,
        inFlight: state.limiter.inFlight,
        retryTokens: state.budget.tokens,
        epoch: epochs.latest,
        floor: epochs.floor,
      },
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Size {
  readonly entries: number;
  readonly bytes: number;
}

const sum = (a: Size, b: Size): Size => ({ entries: a.entries + b.entries, bytes: a.bytes + b.bytes });
