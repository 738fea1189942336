/** Where the reads of a client get their answers: a cache and a policy stack for each kind of question. */
import type { CustomerId } from '@segment-store/contract/id';
import type { Cache, Cached } from '@segment-store/resilience/cached';
import type { Operation, Settled } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';
import { type Api, createApi, MAX_LOOKUPS, type Pair } from './api.ts';
import { type Bootstrap, takeBootstrap, useBootstrap } from './bootstrap.ts';
import { createCache, type ReplyCache } from './cache.ts';
import { type Credential, createCredential } from './credential.ts';
import type { Epochs } from './epochs.ts';
import type { HttpPool } from './http.ts';
import { createIntern } from './intern.ts';
import type { Answer, MembershipFacts, Reply } from './lookup.ts';
import type { ResolvedOptions } from './options.ts';

export interface Sources<S extends string> {
  readonly segments: Cached<CustomerId, Reply<Answer<S>>>;
  /** The cache below `segments`. Only good ids enter it, so a hit needs no check of its id. */
  readonly kept: ReplyCache<string, Reply<Answer<S>>>;
  readonly members: Cached<Pair, Reply<MembershipFacts>>;
  readonly probe: Api<S>['probe'];
  size(): { readonly entries: number; readonly bytes: number };
  /** What is kept, for another client to begin with. */
  bootstrap(): Bootstrap;
  /** Whether it began with answers of an earlier client. */
  readonly bootstrapped: boolean;
  clear(): void;
}

export interface SourceDeps {
  readonly pool: HttpPool;
  /** One that others use too; by default one of its own. */
  readonly credential?: Credential;
  readonly epochs: Epochs;
  readonly time: Time;
  /** Spreads what falls due together; default `Math.random`. */
  readonly random?: () => number;
  /** The policies between a cache and the wire. */
  stacked<I, O>(send: Operation<readonly I[], Settled<O>>, cache: Cache<I, O>, maxBatch: number): Cached<I, O>;
}

export type SourceOptions<S extends string> = Pick<
  ResolvedOptions<S>,
  'origin' | 'basePath' | 'apiKey' | 'cache' | 'bootstrap'
>;

/** Of `maxBytes`, for segment ids and sets of them that answers share. */
const SHARED_PART = 0.25;

export function createSources<S extends string>(
  { origin, basePath, apiKey, cache, bootstrap }: SourceOptions<S>,
  { pool, stacked, credential, ...judged }: SourceDeps,
): Sources<S> {
  const sharedBytes = Math.floor(cache.maxBytes * SHARED_PART);
  const interned = createIntern<S>(sharedBytes);
  const api = createApi({
    basePath,
    credential: credential ?? createCredential(apiKey, judged.time),
    pool,
    intern: interned.intern,
    ...judged,
  });
  const ownBytes = cache.maxBytes - sharedBytes;
  const kept = createCache<string, Reply<Answer<S>>>(
    { ...cache, maxBytes: ownBytes },
    { keyOf: (id) => id, bytesOf: ({ segmentIds }) => 8 * segmentIds.length, ...judged },
  );
  const pairs = createCache<Pair, Reply<MembershipFacts>>(cache, {
    keyOf: ({ customerId, segmentId }) => `${customerId}\n${segmentId}`, // neither holds a line break
    bytesOf: () => 0,
    ...judged,
  });
  const { epochs, time } = judged;
  const keeping = { service: origin + basePath, kept, epochs };
  const bootstrapped = bootstrap !== undefined && useBootstrap(bootstrap, keeping, { intern: interned.intern, time });
  return {
    segments: stacked(api.segmentsOf, kept, MAX_LOOKUPS),
    kept,
    members: stacked(api.membershipOf, pairs, 1),
    probe: api.probe,
    bootstrap: () => takeBootstrap(keeping),
    bootstrapped,
    size: () => ({
      entries: kept.size().entries + pairs.size().entries,
      bytes: kept.size().bytes + interned.bytes() + pairs.size().bytes,
    }),
    clear() {
      kept.clear();
      pairs.clear();
    },
  };
}
