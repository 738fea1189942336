/** Rebuilt for each generation; L1 outlives them. */
import type { CustomerId, RunId, SegmentId } from '@segment-store/contract/id';
import type { Member } from '@segment-store/contract/lines';
import { batch } from '@segment-store/resilience/batch';
import { type Cache, type Cached, cached } from '@segment-store/resilience/cached';
import { type CircuitBreaker, circuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { deadline } from '@segment-store/resilience/deadline';
import { type Limiter, limit } from '@segment-store/resilience/limit';
import { type Call, type Policy, stack, unlimited } from '@segment-store/resilience/operation';
import { singleFlight } from '@segment-store/resilience/single-flight';
import type { Reader } from '@segment-store/store/store';
import type { CallersTime } from './callers-time.ts';

/** Filters: a repeated value is OR, different names are AND. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** Which of a customer's segments are asked for. */
export interface Selection {
  readonly filters: Filters;
  /** Complement segments, too, where the filters do not ask for them anyway. */
  readonly include?: 'complements' | undefined;
}

/** What is asked about one customer. */
export type Query =
  | (Selection & { readonly view: 'ids' | 'full'; readonly customerId: CustomerId })
  | { readonly view: 'membership'; readonly customerId: CustomerId; readonly segmentId: SegmentId };

/** Facts of the generation only: encoded once and shared. */
export interface Encoded {
  /** JSON. A string, because one costs half as much to keep and no more to send than bytes. */
  readonly body: string;
  readonly etag: string;
  readonly run: RunId;
  /** Whether that generation knows the customer. */
  readonly known: boolean;
}

/** Limiter and breaker belong to the store: every generation's path shares them. */
export interface ReadPathDeps {
  readonly l1: Cache<Query, Encoded>;
  readonly redis: Policy<CustomerId, Member | undefined>;
  readonly callersTime: CallersTime;
  readonly limiter: Limiter;
  readonly breaker: CircuitBreaker;
  readonly ms: { readonly total: number; readonly store: number };
  /** complement ▸ filter ▸ JSON */
  encode(member: Member | undefined, query: Query, from: Reader): Encoded;
}

/** Part of the reads at once which may be under way when one more behind a stale answer begins. */
const REFRESHES = 8;

export function createReadPath(reader: Reader, deps: ReadPathDeps): Cached<Query, Encoded> {
  const { l1, redis, callersTime, limiter, breaker, ms, encode } = deps;
  const inTime: Policy<Query, Encoded> = (next) => callersTime.inTime(next);
  const timed: Policy<Query, Encoded> = (next) => callersTime.timed(next);
  const stillAsked: Policy<CustomerId, Member | undefined> = (next) => callersTime.stillAsked(next);
  // A refusal by the limiter is no sample for the breaker, a timeout is.
  const store = stack([limit(limiter), circuitBreaker(breaker), deadline(ms.store)], reader.read);
  const member = stack([redis, stillAsked], batch(100, store));
  const answer = async (query: Query, call: Call) => encode(await member(query.customerId, call), query, reader);
  const ask = stack([inTime, deadline(ms.total), singleFlight(l1), timed], answer);
  return cached(
    l1,
    ask,
    (query) => (limiter.inFlight < limiter.max / REFRESHES ? ask(query, unlimited) : undefined), // they can wait, misses cannot
  );
}
