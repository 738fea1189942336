/** Where the reads of a client get their answers: a cache and a policy stack for each kind of question. */
import type { CustomerId } from '@segment-store/contract/id';
import type { Cached } from '@segment-store/resilience/cached';
import type { Time } from '@segment-store/resilience/time';
import { type Api, createApi, MAX_LOOKUPS, type Pair } from './api.ts';
import { createCache, type ReplyCache } from './cache.ts';
import type { Epochs } from './epochs.ts';
import { createIntern } from './intern.ts';
import type { Answer, MembershipFacts, Reply } from './lookup.ts';
import type { ResolvedOptions } from './options.ts';
import type { OriginState } from './origin.ts';
import { createStack } from './stack.ts';

export interface Sources<S extends string> {
  readonly segments: Cached<CustomerId, Reply<Answer<S>>>;
  /** The cache below `segments`. Only good ids enter it, so a hit needs no check of its id. */
  readonly kept: ReplyCache<string, Reply<Answer<S>>>;
  readonly members: Cached<Pair, Reply<MembershipFacts>>;
  readonly probe: Api<S>['probe'];
  size(): { readonly entries: number; readonly bytes: number };
  clear(): void;
}

/** Of `maxBytes`, for segment ids and sets of them that answers share. */
const SHARED_PART = 0.25;

export function createSources<S extends string>(
  { basePath, apiKey, cache, maxRetries, ms }: ResolvedOptions<S>,
  { epochs, pool, ...guards }: OriginState & { readonly epochs: Epochs },
  time: Time,
): Sources<S> {
  const sharedBytes = Math.floor(cache.maxBytes * SHARED_PART);
  const interned = createIntern<S>(sharedBytes);
  const api = createApi({ basePath, apiKey, pool, intern: interned.intern, epochs, time });
  const ownBytes = cache.maxBytes - sharedBytes;
  const kept = createCache<string, Reply<Answer<S>>>(
    { ...cache, maxBytes: ownBytes },
    {
      keyOf: (id) => id,
      bytesOf: ({ segmentIds }) => 8 * segmentIds.length,
      epochs,
      time,
    },
  );
  const pairs = createCache<Pair, Reply<MembershipFacts>>(cache, {
    keyOf: ({ customerId, segmentId }) => `${customerId}\n${segmentId}`, // neither holds a line break
    bytesOf: () => 0,
    epochs,
    time,
  });
  const limits = { maxRetries, ms, time };
  return {
    segments: createStack({ ...guards, send: api.segmentsOf }, kept, { ...limits, maxBatch: MAX_LOOKUPS }),
    kept,
    members: createStack({ ...guards, send: api.membershipOf }, pairs, { ...limits, maxBatch: 1 }),
    probe: api.probe,
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
