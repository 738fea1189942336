/** Where `./hedge` fits into the stack of a client. */
import type { AnyPolicy } from '@segment-store/resilience/operation';
import type { RetryBudget } from '@segment-store/resilience/retry';
import type { Time } from '@segment-store/resilience/time';

export interface Hedging {
  /** For the stack; not for callers. */
  policy(budget: RetryBudget, time: Time): AnyPolicy;
}
