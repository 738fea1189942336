import { type Failure, isFailure } from './failure.ts';
import type { AnyPolicy, Call } from './operation.ts';
import { sleep, systemTime, type Time } from './time.ts';

/** Retry tokens, after gRPC A6: a retry costs 1, a success earns 0.1 (at most 10), none is spent at half or below. */
export interface RetryBudget {
  tokens: number;
}

const MAX_TOKENS = 10;
const TOKENS_PER_SUCCESS = 0.1;
const JITTER_MS = { min: 5, max: 25 };

export const createRetryBudget = (): RetryBudget => ({ tokens: MAX_TOKENS });

/**
 * Up to `maxRetries` further attempts of retryable failures while the budget and the deadline allow: full jitter
 * 5–25 ms, or the dependency's own `retryAfterMs`, never past the deadline. Failures leave with `attempts` set.
 */
export const retry =
  (maxRetries: number, budget: RetryBudget, time: Time = systemTime): AnyPolicy =>
  (next) =>
  async (input, call) => {
    let attempts = 0;
    for (let retries = 0; ; retries += 1) {
      try {
        const output = await next(input, call);
        budget.tokens = Math.min(MAX_TOKENS, budget.tokens + TOKENS_PER_SUCCESS);
        return output;
      } catch (error) {
        if (!isFailure(error)) throw error;
        attempts += error.code === 'CIRCUIT_OPEN' ? 0 : Math.max(1, error.attempts); // a hedged attempt took two
        error.attempts = attempts;
        const waitMs = error.retryAfterMs ?? JITTER_MS.min + Math.random() * (JITTER_MS.max - JITTER_MS.min);
        if (retries >= maxRetries || !error.retryable || !affordable(waitMs, budget, call, time)) throw error;
        budget.tokens -= 1;
        await pause(waitMs, error, call, time);
      }
    }
  };

export const affordsAnother = ({ tokens }: RetryBudget): boolean => tokens > MAX_TOKENS / 2;

const affordable = (waitMs: number, budget: RetryBudget, call: Call, time: Time): boolean =>
  affordsAnother(budget) && time.now() + waitMs < call.deadlineAt;

/** Nobody waits any more: the failure that was to be retried is the answer. */
const pause = (waitMs: number, failure: Failure, call: Call, time: Time): Promise<void> =>
  sleep(waitMs, call.signal, time).catch(() => Promise.reject(failure));
