/** A generation that is served, until its last request has ended. */
import type { RunId } from '@segment-store/contract/id';
import type { Cached } from '@segment-store/resilience/cached';
import { Failure } from '@segment-store/resilience/failure';
import type { Live, Reader } from '@segment-store/store/store';
import { type Formers, inView as formersInView } from './former.ts';
import type { Encoded, Query } from './read-path.ts';

/** A generation opened for answers. */
export interface Pin {
  readonly reader: Reader;
  readonly path: Cached<Query, Encoded>;
  /** In which this generation went live, the last time it did. */
  readonly epoch: number;
  /** The newest one known, of whichever generation is live. */
  readonly floor: number;
  /** Whose answers in L1 may still be given. */
  readonly formers: Formers;
  /** Since when the floor is known to stand above the epoch, in monotonic milliseconds. */
  readonly withdrawnAt?: number;
  /** From the state directory: the store has not been reached yet, nothing can be read. */
  readonly isKept?: true;
}

interface PinOptions {
  readonly live: Live;
  /** What was pinned until now. */
  readonly before: Pin | undefined;
  readonly now: number;
  createPath(reader: Reader): Cached<Query, Encoded>;
}

/** Its reader closes after the last question asked of it has ended. */
export function createPin(opened: Reader, { live, before, now, createPath }: PinOptions): Pin {
  const uses = new Uses();
  const reader = counted(opened, uses);
  const { peek, ask, renew } = createPath(reader);
  const path: Pin['path'] = {
    peek,
    ask: (query, call) => uses.during(() => ask(query, call)),
    renew: (query, call) => uses.during(() => renew(query, call)),
  };
  const formers = formersInView(before === undefined ? new Map() : withItself(before, now), live);
  return { reader, path, epoch: live.epoch, floor: live.floor, formers };
}

function withItself({ reader, epoch, formers }: Pin, now: number): Formers {
  return new Map([...formers, [reader.generation.run, { epoch, replacedAt: now }]]);
}

/** In which epoch generation `run` is or was live, as the first of the pins that knows it has it. */
export function epochOf(run: RunId, ...pins: readonly Pin[]): number | undefined {
  for (const { reader, epoch, formers } of pins) {
    if (run === reader.generation.run) return epoch;
    const former = formers.get(run);
    if (former !== undefined) return former.epoch;
  }
  return undefined;
}

/** The pin as the newest `live` has it, heard of `now`. */
export function inView({ withdrawnAt, ...pin }: Pin, live: Live, now: number): Pin {
  const { generation, epoch, floor } = live;
  const formers = formersInView(pin.formers, live);
  if (generation.run === pin.reader.generation.run) return { ...pin, epoch, floor, formers };
  if (pin.epoch >= floor) return { ...pin, floor, formers };
  return { ...pin, floor, formers, withdrawnAt: withdrawnAt ?? now };
}

/** Counts what still uses a generation, so that it closes after its last request and not before. */
class Uses {
  #count = 0;
  #ending = false;
  #closed = false;
  readonly #idle = Promise.withResolvers<void>();

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#begin();
    try {
      return await work();
    } finally {
      this.#end();
    }
  }

  /** Until the walk has ended, or whoever walks has left. */
  async *throughout<T>(walk: AsyncIterable<T>): AsyncGenerator<T> {
    this.#begin();
    try {
      yield* walk;
    } finally {
      this.#end();
    }
  }

  #begin(): void {
    // Only a flight that every caller has left can come this late: nobody waits for its answer.
    if (this.#closed) throw new Failure('UNAVAILABLE', 'this generation is closed already');
    this.#count += 1;
  }

  #end(): void {
    this.#count -= 1;
    this.#settle();
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
    membersOf: (id, call) => uses.throughout(reader.membersOf(id, call)),
    async [Symbol.asyncDispose]() {
      await uses.ended();
      await reader[Symbol.asyncDispose]();
    },
  };
}
