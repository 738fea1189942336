/** The policy stack of a lookup that missed. */
import type { CustomerId } from '@segment-store/contract/id';
import type { Cache, Cached } from '@segment-store/resilience/cached';
import type { CircuitBreaker } from '@segment-store/resilience/circuit-breaker';
import type { Limiter } from '@segment-store/resilience/limit';
import type { Operation, Settled } from '@segment-store/resilience/operation';
import type { RetryBudget } from '@segment-store/resilience/retry';
import type { Answer } from './lookup.ts';

/** Process-wide, one an origin and credential. */
export interface Origin {
  readonly limiter: Limiter;
  readonly budget: RetryBudget;
  readonly breaker: CircuitBreaker;
  /** One id: GET; more: POST /v1/lookups. */
  readonly send: Operation<readonly CustomerId[], Settled<Answer>>;
}

export interface StackOptions {
  readonly maxRetries: number;
  readonly ms: { readonly call: number; readonly flight: number; readonly attempt: number };
}

export declare function createStack(
  origin: Origin,
  cache: Cache<CustomerId, Answer>,
  options: StackOptions,
): Cached<CustomerId, Answer>;
