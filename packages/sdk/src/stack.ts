/** The policy stack of a lookup that missed. */
import { type AdaptiveLimiter, adaptiveLimit } from '@segment-store/resilience/adaptive-limit';
import { batch } from '@segment-store/resilience/batch';
import { type Cache, type Cached, cached } from '@segment-store/resilience/cached';
import { type CircuitBreaker, circuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { deadline } from '@segment-store/resilience/deadline';
import { type FailureMemo, failureMemo } from '@segment-store/resilience/failure-memo';
import {
  type AnyPolicy,
  type Call,
  type Operation,
  type Settled,
  stack,
  unlimited,
} from '@segment-store/resilience/operation';
import { type Pushback, pushback } from '@segment-store/resilience/pushback';
import { type RetryBudget, retry } from '@segment-store/resilience/retry';
import { shed } from '@segment-store/resilience/shed';
import { singleFlight } from '@segment-store/resilience/single-flight';
import type { Time } from '@segment-store/resilience/time';
import { createRefreshes } from './refreshes.ts';

/** Process-wide, one an origin and credential; `send` is the client's own. */
export interface Origin<I, O> {
  readonly limiter: AdaptiveLimiter;
  readonly pushback: Pushback;
  readonly budget: RetryBudget;
  readonly breaker: CircuitBreaker;
  readonly send: Operation<readonly I[], Settled<O>>;
}

export interface StackOptions {
  /** Inputs one request may carry. */
  readonly maxBatch: number;
  readonly maxRetries: number;
  /** `hedge`, or what changes nothing. */
  readonly hedging: AnyPolicy;
  readonly memo: FailureMemo;
  /** Told how each refresh behind a stale answer ended; undefined: well. */
  readonly refreshed: (error: unknown) => void;
  readonly ms: { readonly call: number; readonly flight: number; readonly attempt: number };
  readonly time: Time;
}

export function createStack<I, O>(origin: Origin<I, O>, cache: Cache<I, O>, options: StackOptions): Cached<I, O> {
  const { maxBatch, maxRetries, hedging, memo, refreshed, ms, time } = options;
  const { limiter, breaker } = origin;
  const send = stack(
    [
      deadline(ms.flight, time), // a flight may outlive its callers
      pushback(origin.pushback, time), // what the service refuses to everybody takes no place
      adaptiveLimit(limiter),
      retry(maxRetries, origin.budget, time),
      hedging,
      circuitBreaker(breaker), // every attempt is a sample
      deadline(ms.attempt, time),
    ],
    origin.send,
  );
  const flight = stack<I, O>([singleFlight(cache), failureMemo(memo, cache), shed(limiter)], batch(maxBatch, send));
  const refreshes = createRefreshes({ breaker, limiter, perRequest: maxBatch, refreshed });
  return cached(cache, stack([deadline(ms.call, time)], flight), (input, { waits }) =>
    waits || memo.recent(cache.keyOf(input)) ? undefined : refreshes.begin(() => flight(input, behind)),
  );
}

/** Refreshes can wait, misses cannot. */
const behind: Call = { ...unlimited, priority: 'sheddable' };
