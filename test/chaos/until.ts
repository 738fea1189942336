/** Waits for something, by asking again and again. */
import { setTimeout as delay } from 'node:timers/promises';

interface Patience {
  readonly withinMs: number;
  /** Default 100. */
  readonly everyMs?: number;
}

/** The first answer that is not false; one that fails is none. @throws Error naming `what` when the time is over */
export async function until<T>(what: string, patience: Patience, ask: () => Promise<T | false>): Promise<T> {
  const { withinMs, everyMs = 100 } = patience;
  const endsAt = performance.now() + withinMs;
  while (performance.now() < endsAt) {
    const answer = await ask().catch(() => false as const);
    if (answer !== false) return answer;
    await delay(everyMs);
  }
  throw new Error(`${what}: not within ${withinMs / 1_000} s`);
}

/** Again and again until the signal aborts, whether or not it fails. */
export async function repeat(everyMs: number, signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await work().catch(() => 'it is done again');
    await delay(everyMs, undefined, { signal }).catch(() => 'that was the last time');
  }
}
