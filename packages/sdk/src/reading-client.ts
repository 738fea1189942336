/** The reads of a client, wherever its answers come from: the service, or what a test scripts. */
import type { Time } from '@segment-store/resilience/time';
import type { Bootstrap } from './bootstrap.ts';
import type { CallOptions } from './call-options.ts';
import { SegmentLookupError } from './errors.ts';
import type { ReadEvents } from './events.ts';
import type { Hold } from './hold.ts';
import type { Lookup, Membership } from './lookup.ts';
import { createLookupMany } from './lookup-many.ts';
import { createLookups } from './lookups.ts';
import { createCheckMember } from './memberships.ts';
import type { ResolvedOptions } from './options.ts';
import { awaitReady, type Readiness, type ReadyOptions } from './ready.ts';
import type { Sources } from './sources.ts';
import { type ClientStats, createTally } from './stats.ts';

/** A lookup the service answered, now or earlier. */
export type FoundLookup<S extends string = string> = Extract<
  Lookup<S>,
  {
    /** The service said so, now or earlier. */
    readonly ok: true;
  }
>;

/** What `createSegmentClient` gives. Its functions need no `this`: `ids.map(client.lookup)` works. */
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
  /** What the cache holds, as plain data for a later client to begin with (`bootstrap`). It holds customer ids. */
  bootstrap(): Bootstrap;
  /** Lets go of cache and connections; reads afterwards answer `CLOSED`. Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface ClientParts<S extends string> {
  readonly sources: Sources<S>;
  /** Who may watch. */
  readonly events: ReadEvents;
  readonly time: Time;
  readonly hold: Hold;
  /** How the guards stand. */
  origin(): ClientStats['origin'];
  /** Lets go of what the sources share with others. */
  leave(): Promise<void>;
}

/** Functions, not methods: `ids.map(client.lookup)` works. */
export function readingClient<S extends string>(
  options: Pick<ResolvedOptions<S>, 'fallback' | 'ms'>,
  { sources, events, time, hold, origin, leave }: ClientParts<S>,
): SegmentClient<S> {
  const tally = createTally();
  const life = { closed: false };
  const { fallback, ms } = options;
  const reads = { fallback, deadlineMs: ms.call, time, tally, events, hold, life };
  const lookups = createLookups(sources, reads);
  const checkMember = createCheckMember(sources, reads);

  async function lookupOrThrow(id: string, callOptions?: CallOptions<S>): Promise<FoundLookup<S>> {
    const lookup = await lookups.lookup(id, callOptions);
    if (lookup.ok) return lookup;
    throw new SegmentLookupError(lookup.error);
  }

  async function ready(readyOptions?: ReadyOptions): Promise<Readiness> {
    if (life.closed) return 'unavailable';
    const readiness = await hold.during(awaitReady((_, call) => sources.probe(call), readyOptions, time));
    return readiness === 'unavailable' && sources.bootstrapped ? 'bootstrap' : readiness;
  }

  async function close(): Promise<void> {
    life.closed = true;
    sources.clear();
    hold.release();
    await leave().catch(() => {}); // connections that cannot be closed are gone already
  }

  return {
    lookup: lookups.lookup,
    lookupMany: createLookupMany(lookups, reads, () => origin().limit),
    peek: lookups.peek,
    isMember: async (id, segment, callOptions) => (await checkMember(id, segment, callOptions)).member,
    checkMember,
    lookupOrThrow,
    ready,
    stats: () => ({
      served: { ...tally.served },
      errors: { ...tally.errors },
      cache: sources.size(),
      origin: origin(),
    }),
    bootstrap: sources.bootstrap,
    close,
    [Symbol.asyncDispose]: close,
  };
}
