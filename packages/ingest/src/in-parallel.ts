import type { Call } from '@segment-store/resilience/operation';

/** Runs `each` for every item; rejects with the first failure, once everything it started has ended. */
export type InParallel = <T>(
  items: readonly T[],
  call: Call,
  each: (item: T, call: Call) => Promise<void>,
) => Promise<void>;

/** At most `atOnce` items at a time, in order; the first failure aborts the others' calls. */
export function inParallel(atOnce: number): InParallel {
  return async (items, call, each) => {
    const failure = new AbortController();
    const shared: Call = { ...call, signal: AbortSignal.any([call.signal, failure.signal]) };
    const waiting = items.values();
    const worker = async () => {
      for (const item of waiting) {
        if (shared.signal.aborted) return;
        await each(item, shared);
      }
    };
    const stopOthers = (error: unknown) => failure.abort(error);
    const workers = Array.from({ length: Math.min(atOnce, items.length) }, () => worker().catch(stopOthers));
    await Promise.all(workers);
    shared.signal.throwIfAborted();
  };
}
