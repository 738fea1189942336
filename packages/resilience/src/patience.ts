import { setTimeout } from 'node:timers/promises';
import { aborted } from './deadline.ts';
import { isFailure } from './failure.ts';
import type { Call } from './operation.ts';
import { systemTime } from './time.ts';

const SHORTEST_MS = 250;
const LONGEST_MS = 30_000;

/** How long one piece of work keeps trying a service that refuses or does not answer. */
export interface Patience {
  /** Waits before the next try; rejects with `reason` when it is not retryable or the time is up. */
  next(reason: unknown, call: Call): Promise<void>;
}

/**
 * Full jitter, doubling from 250 ms to 30 s, for at most `ms` since the first failure. No wait is longer than a tenth of
 * `ms`: a few failures in a row must not use it up.
 */
export function createPatience(ms: number): Patience {
  const longestMs = Math.min(LONGEST_MS, ms / 10);
  let failures = 0;
  let endsAt = 0;
  return {
    async next(reason, call) {
      if (failures++ === 0) endsAt = systemTime.now() + ms;
      const retryable = isFailure(reason) && reason.retryable;
      const waitMs = Math.random() * Math.min(longestMs, SHORTEST_MS * 2 ** failures);
      if (!retryable || systemTime.now() + waitMs > endsAt) throw reason;
      await pause(waitMs, call);
    },
  };
}

/** Tries until it works or the patience ends. Only for work that may be done twice. */
export async function patiently<O>(work: () => Promise<O>, patience: Patience, call: Call): Promise<O> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      await patience.next(error, call);
    }
  }
}

/** Unlike `sleep` it keeps the process alive: a job that waits for its turn is still at work. */
export async function pause(ms: number, { signal }: Call): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch {
    throw aborted(signal);
  }
}
