/** The policy stack of a lookup that missed. */
import { batch } from '@segment-store/resilience/batch';
import { type Cache, type Cached, cached } from '@segment-store/resilience/cached';
import { type CircuitBreaker, circuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { deadline } from '@segment-store/resilience/deadline';
import { type Limiter, limit } from '@segment-store/resilience/limit';
import { type Operation, type Settled, stack } from '@segment-store/resilience/operation';
import { type RetryBudget, retry } from '@segment-store/resilience/retry';
import { singleFlight } from '@segment-store/resilience/single-flight';
import type { Time } from '@segment-store/resilience/time';

/** Process-wide, one an origin and credential; `send` is the client's own. */
export interface Origin<I, O> {
  readonly limiter: Limiter;
  readonly budget: RetryBudget;
  readonly breaker: CircuitBreaker;
  readonly send: Operation<readonly I[], Settled<O>>;
}

export interface StackOptions {
  /** Inputs one request may carry. */
  readonly maxBatch: number;
  readonly maxRetries: number;
  readonly ms: { readonly call: number; readonly flight: number; readonly attempt: number };
  readonly time: Time;
}

export function createStack<I, O>(origin: Origin<I, O>, cache: Cache<I, O>, options: StackOptions): Cached<I, O> {
  const { maxBatch, maxRetries, ms, time } = options;
  const send = stack(
    [
      deadline(ms.flight, time), // a flight may outlive its callers
      limit(origin.limiter),
      retry(maxRetries, origin.budget, time),
      circuitBreaker(origin.breaker), // every attempt is a sample
      deadline(ms.attempt, time),
    ],
    origin.send,
  );
  const { limiter } = origin;
  return cached(
    cache,
    stack([deadline(ms.call, time), singleFlight(cache)], batch(maxBatch, send)),
    () => limiter.inFlight < limiter.max / 2, // refreshes can wait, misses cannot
  );
}
