/** `@segment-store/sdk/hedge`: a second try while the first is slow, for a client that is given it. */
import { createHedgePace, hedge } from '@segment-store/resilience/hedge';
import type { Hedging } from './hedging.ts';

/**
 * For the option `hedge`: a second try begins when the first takes longer than 95 of 100 recent ones, and the first answer
 * counts. At most 2 % more requests, each charged to the budget of retries. Clients may share one.
 */
export function hedging(): Hedging {
  const pace = createHedgePace();
  return { policy: (budget, time) => hedge(pace, budget, time) };
}
