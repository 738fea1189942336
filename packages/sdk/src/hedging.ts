/** Where `./hedge` fits into the stack of a client. */
import type { AnyPolicy } from '@segment-store/resilience/operation';
import type { RetryBudget } from '@segment-store/resilience/retry';
import type { Time } from '@segment-store/resilience/time';

/** When a second try begins beside a slow first one; `hedging()` of `./hedge` makes it. */
export interface Hedging {
  /** For the stack; not for callers. */
  policy(budget: RetryBudget, time: Time): AnyPolicy;
}
