import { Failure } from '@segment-store/resilience/failure';
import type { Reader } from '@segment-store/store/store';
import type { Kept } from './state-dir.ts';

/** A generation of which nothing can be read: the store was not reached since the start. */
export function keptReader({ generation, catalogue }: Pick<Kept, 'generation' | 'catalogue'>): Reader {
  // No fault: the breaker is not asked about a store that nobody called.
  const away = () => Promise.reject(new Failure('UNAVAILABLE', 'the store was not reached since the server started'));
  return {
    generation,
    catalogue,
    read: away,
    count: away,
    async *membersOf() {
      yield await away();
    },
    async [Symbol.asyncDispose]() {},
  };
}
