/** What a client counted. */
import type { Epochs } from './epochs.ts';
import type { ErrorCode, LookupError, ServedFrom } from './lookup.ts';
import type { OriginState } from './origin.ts';

/** A snapshot: it does not change any more. */
export interface ClientStats {
  /** Reads by where their answer came from, `peek` included when it found one. */
  readonly served: Readonly<Record<ServedFrom | 'fallback', number>>;
  /** Reads that fell back or were served stale after a failure, by its code. */
  readonly errors: Readonly<Partial<Record<ErrorCode, number>>>;
  /** What is kept now. */
  readonly cache: {
    /** Answers and memberships. */
    readonly entries: number;
    /** Heap they are counted as. */
    readonly bytes: number;
  };
  /** Of the origin, shared by all clients of this process with the same credential; the epochs also by base path. */
  readonly origin: {
    /** `open`: the service failed too often and is left alone; `half-open`: one probe finds out. */
    readonly breaker: 'closed' | 'open' | 'half-open';
    /** Requests on their way now. */
    readonly inFlight: number;
    /** Requests that may be in flight now: it follows what the service can take. */
    readonly limit: number;
    /** The service has asked to be left alone, or refuses the key. */
    readonly pushedBack: boolean;
    /** Left of the budget of retries: a retry costs 1, a success earns 0.1 up to 10, none is made at 5 or below. */
    readonly retryTokens: number;
    /** The newest any reply told of; 0 before the first. */
    readonly epoch: number;
    /** The oldest epoch whose answers may be served; 0 before the first reply. */
    readonly floor: number;
  };
}

export interface Tally {
  readonly served: Record<ServedFrom | 'fallback', number>;
  readonly errors: Partial<Record<ErrorCode, number>>;
}

export const createTally = (): Tally => ({
  served: { server: 0, cache: 0, bootstrap: 0, stale: 0, fallback: 0 },
  errors: {},
});

/** Counts a read and hands it on. */
export function counted<R extends { readonly servedFrom: ServedFrom | 'fallback'; readonly error?: LookupError }>(
  tally: Tally,
  read: R,
): R {
  tally.served[read.servedFrom] += 1;
  if (read.error !== undefined) tally.errors[read.error.code] = (tally.errors[read.error.code] ?? 0) + 1;
  return read;
}

export const standOf = (
  { breaker, limiter, pushback, budget }: OriginState,
  epochs: Epochs,
): ClientStats['origin'] => ({
  breaker: breaker.state,
  inFlight: limiter.inFlight,
  limit: limiter.max,
  pushedBack: pushback.state.kind !== 'none',
  retryTokens: budget.tokens,
  epoch: epochs.latest,
  floor: epochs.floor,
});
