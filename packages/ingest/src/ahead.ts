import type { Call } from '@segment-store/resilience/operation';
import { pulled } from './pulled.ts';

/**
 * What `each` makes of every item, in the order of the items, while the next ones are worked on. What `items` rejects
 * with comes behind the results of all items before it. The first failure of `each` aborts the others' calls and is what
 * it rejects with. Once it ends, whoever ends it, nothing is under way and `items` is closed.
 */
export type Ahead = <T, R>(
  items: (call: Call) => AsyncIterable<T>,
  call: Call,
  each: (item: T, call: Call) => Promise<R>,
) => AsyncGenerator<R, void>;

/** At most `atOnce` items are pulled or worked on, besides the one whose result is being used. */
export function ahead(atOnce: number): Ahead {
  return async function* <T, R>(
    items: (call: Call) => AsyncIterable<T>,
    call: Call,
    each: (item: T, call: Call) => Promise<R>,
  ): AsyncGenerator<R, void> {
    const over = new AbortController();
    const shared: Call = { ...call, signal: AbortSignal.any([call.signal, over.signal]) };
    const source = pulled(items(shared));
    const begin = async (): Promise<IteratorResult<R, void>> => {
      const next = await source.next();
      if (next.done) return next;
      shared.signal.throwIfAborted();
      const working = each(next.value, shared);
      working.catch((error) => over.abort(error));
      return { done: false, value: await working };
    };
    const underWay = Array.from({ length: atOnce }, () => heard(begin()));
    try {
      for (let next = await underWay.shift(); next && !next.done; next = await underWay.shift()) {
        underWay.push(heard(begin()));
        yield next.value;
      }
    } catch (error) {
      // Those before it fail because it did.
      throw over.signal.aborted ? over.signal.reason : error;
    } finally {
      over.abort();
      await Promise.allSettled([...underWay, source.return()]);
    }
  };
}

/** It is awaited later: until then its failure is nobody's fault. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
