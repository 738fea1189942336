import type { Call } from '@segment-store/resilience/operation';
import { pulled } from './pulled.ts';

/** Runs `each` for every item; rejects with the first failure, once everything it started has ended. */
export type InParallel = <T>(
  items: (call: Call) => AsyncIterable<T> | Iterable<T>,
  call: Call,
  each: (item: T, call: Call) => Promise<void>,
) => Promise<void>;

/** At most `atOnce` items at a time, each pulled when there is room for it; the first failure aborts the others' calls. */
export function inParallel(atOnce: number): InParallel {
  return async (items, call, each) => {
    const failure = new AbortController();
    const shared: Call = { ...call, signal: AbortSignal.any([call.signal, failure.signal]) };
    const source = pulled(items(shared));
    const worker = async () => {
      while (!shared.signal.aborted) {
        const next = await source.next();
        if (next.done || shared.signal.aborted) return;
        await each(next.value, shared);
      }
    };
    const stopOthers = (error: unknown) => failure.abort(error);
    await Promise.all(Array.from({ length: atOnce }, () => worker().catch(stopOthers)));
    await source.return();
    shared.signal.throwIfAborted();
  };
}
