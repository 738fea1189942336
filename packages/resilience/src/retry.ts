import type { AnyPolicy } from './operation.ts';
import type { Time } from './time.ts';

/** Retry tokens, after gRPC A6: a retry costs 1, a success earns 0.1 (at most 10), none is spent at half or below. */
export interface RetryBudget {
  tokens: number;
}

export declare const createRetryBudget: () => RetryBudget;
/**
 * Up to `maxRetries` further attempts of retryable failures while the budget and the deadline allow: full jitter
 * 5–25 ms, or the dependency's own `retryAfterMs`, never past the deadline. Failures leave with `attempts` set.
 */
export declare const retry: (maxRetries: number, budget: RetryBudget, time?: Time) => AnyPolicy;
