import { Failure } from '@segment-store/resilience/failure';
import type { Reader } from '@segment-store/store/store';

/** Counts what still uses a generation, so that it closes after its last request and not before. */
export class Uses {
  #count = 0;
  #ending = false;
  #closed = false;
  readonly #idle = Promise.withResolvers<void>();

  async during<T>(work: () => Promise<T>): Promise<T> {
    // Only a flight that every caller has left can come this late: nobody waits for its answer.
    if (this.#closed) throw new Failure('UNAVAILABLE', 'this generation is closed already');
    this.#count += 1;
    try {
      return await work();
    } finally {
      this.#count -= 1;
      this.#settle();
    }
  }

  /** Resolves when the last use has ended; there is none after it. */
  ended(): Promise<void> {
    this.#ending = true;
    this.#settle();
    return this.#idle.promise;
  }

  #settle(): void {
    if (!this.#ending || this.#count > 0) return;
    this.#closed = true;
    this.#idle.resolve();
  }
}

/** The same reader, its reads counted; disposing it waits for them. */
export function counted(reader: Reader, uses: Uses): Reader {
  return {
    generation: reader.generation,
    catalogue: reader.catalogue,
    read: (ids, call) => uses.during(() => reader.read(ids, call)),
    async [Symbol.asyncDispose]() {
      await uses.ended();
      await reader[Symbol.asyncDispose]();
    },
  };
}
