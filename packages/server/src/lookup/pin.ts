/** A generation that is served, until its last request has ended. */
import type { Cached } from '@segment-store/resilience/cached';
import { Failure } from '@segment-store/resilience/failure';
import { systemTime } from '@segment-store/resilience/time';
import type { Live, Reader } from '@segment-store/store/store';
import type { Encoded, Query } from './read-path.ts';

/** A generation opened for answers. */
export interface Pin {
  readonly reader: Reader;
  readonly path: Cached<Query, Encoded>;
  /** In which this generation went live, the last time it did. */
  readonly epoch: number;
  /** The newest one known, of whichever generation is live. */
  readonly floor: number;
  /** Since when the floor is known to stand above the epoch, in monotonic milliseconds. */
  readonly withdrawnAt?: number;
}

/** Its reader closes after the last question asked of it has ended. */
export function createPin(
  opened: Reader,
  { epoch, floor }: Live,
  createPath: (reader: Reader) => Cached<Query, Encoded>,
): Pin {
  const uses = new Uses();
  const reader = counted(opened, uses);
  const { peek, ask } = createPath(reader);
  return { reader, path: { peek, ask: (query, call) => uses.during(() => ask(query, call)) }, epoch, floor };
}

/** The pin as the newest `live` has it. */
export function inView({ withdrawnAt, ...pin }: Pin, { generation, epoch, floor }: Live): Pin {
  if (generation.run === pin.reader.generation.run) return { ...pin, epoch, floor };
  if (pin.epoch >= floor) return { ...pin, floor };
  return { ...pin, floor, withdrawnAt: withdrawnAt ?? systemTime.now() };
}

/** Counts what still uses a generation, so that it closes after its last request and not before. */
class Uses {
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
function counted(reader: Reader, uses: Uses): Reader {
  return {
    generation: reader.generation,
    catalogue: reader.catalogue,
    read: (ids, call) => uses.during(() => reader.read(ids, call)),
    count: (ids, call) => uses.during(() => reader.count(ids, call)),
    async [Symbol.asyncDispose]() {
      await uses.ended();
      await reader[Symbol.asyncDispose]();
    },
  };
}
