import type { Call } from '@segment-store/resilience/operation';
import { sleep, type Time } from '@segment-store/resilience/time';

const SHORTEST_MS = 200;
const LONGEST_MS = 20_000;

export interface Tries {
  /** That failed in a row, from 1. */
  readonly failed: number;
  /** After so many further tries it is over. */
  readonly most: number;
}

/**
 * The pause after a failure: full jitter, 0.2 s doubling to 20 s. False, at once, when there is no further try. Rejects
 * when the call is aborted.
 */
export async function paused({ failed, most }: Tries, call: Call, time: Time): Promise<boolean> {
  const waitMs = Math.random() * Math.min(LONGEST_MS, SHORTEST_MS * 2 ** (failed - 1));
  if (failed > most || time.now() + waitMs > call.deadlineAt) return false;
  // `time` never keeps the process alive; a job that waits for its turn is still at work.
  const alive = setInterval(() => {}, LONGEST_MS);
  await sleep(waitMs, call.signal, time).finally(() => clearInterval(alive));
  return true;
}
