/** Lines of all parts of a build → bulks. What waits travels together, as large and as many as the pace allows. */

import { aborted } from '@segment-store/resilience/deadline';
import type { Call } from '@segment-store/resilience/operation';
import type { Lines, Tally } from '../store.ts';
import { LineTally, lineCount } from '../tally.ts';
import { actionBytes } from './bulk-body.ts';
import type { BulkPace } from './bulk-pace.ts';

/** Lines that may be a dead job's own when the store holds them already. */
export type Attempted = Lines & { readonly attempted: boolean };

/** Some of the lines of one write, by their places in it. */
export interface Slice {
  readonly lines: Attempted;
  readonly indexes: readonly number[];
  readonly tally: LineTally;
  /** Aborted: nobody waits for these lines any more. */
  readonly signal: AbortSignal;
  /** Sent before, and nobody knows whether they were stored: a conflict may be our own line. */
  readonly mayBeStored?: boolean;
}

export interface Bulk {
  readonly slices: readonly Slice[];
  /** Lines were left waiting when it left. */
  readonly isFull: boolean;
}

/** Settles once every line has an outcome, in its tally. */
export type SendBulk = (bulk: Bulk) => Promise<void>;

/** One call of `write`. Its lines leave in order, from `next`; `underWay` of its bulks have not ended. */
class Write {
  readonly lines: Attempted;
  readonly signal: AbortSignal;
  readonly tally: LineTally;
  readonly count: number;
  readonly #settled: PromiseWithResolvers<Tally> = Promise.withResolvers();
  next = 0;
  underWay = 0;
  #failure: { readonly reason: unknown } | undefined;

  constructor(lines: Attempted, signal: AbortSignal) {
    this.lines = lines;
    this.signal = signal;
    this.tally = new LineTally(lines);
    this.count = lineCount(lines);
    this.settle();
  }

  get promise(): Promise<Tally> {
    return this.#settled.promise;
  }

  /** No further line leaves. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.next = this.count;
  }

  /** After a failure, too, what is under way is waited for. */
  settle(): void {
    if (this.underWay > 0 || this.next < this.count) return;
    if (this.#failure === undefined) this.#settled.resolve(this.tally);
    else this.#settled.reject(this.#failure.reason);
  }

  /** Nobody waits any more for what is under way. */
  abandon(reason: unknown): void {
    this.fail(reason);
    this.#settled.reject(reason);
  }
}

export class BulkQueue {
  readonly #pace: BulkPace;
  readonly #send: SendBulk;
  #waiting: Write[] = [];
  #underWay: Set<Promise<void>> = new Set();

  constructor(pace: BulkPace, send: SendBulk) {
    this.#pace = pace;
    this.#send = send;
  }

  /** Settles once each line has an outcome. Rejects with the first failure of a bulk that carried one of them. */
  async write(lines: Attempted, { signal }: Call): Promise<Tally> {
    if (signal.aborted) throw aborted(signal);
    const write = new Write(lines, signal);
    const abandon = () => write.abandon(aborted(signal));
    signal.addEventListener('abort', abandon, { once: true });
    this.#waiting.push(write);
    this.#depart();
    try {
      return await write.promise;
    } finally {
      signal.removeEventListener('abort', abandon);
    }
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  #depart(): void {
    while (this.#underWay.size < this.#pace.inFlight) {
      const bulk = this.#take();
      if (bulk === undefined) return;
      const travel = this.#travel(bulk).finally(() => {
        this.#underWay.delete(travel);
        this.#depart();
      });
      this.#underWay.add(travel);
    }
  }

  async #travel({ writes, bulk }: Taken): Promise<void> {
    try {
      await this.#send(bulk);
    } catch (reason) {
      for (const write of writes) write.fail(reason);
    }
    for (const write of writes) {
      write.underWay -= 1;
      write.settle();
    }
  }

  /** From the front of the queue, as much as fits; at least one line. */
  #take(): Taken | undefined {
    const writes: Write[] = [];
    const slices: Slice[] = [];
    let room = this.#pace.bytes;
    this.#waiting = this.#waiting.filter(({ next, count }) => next < count);
    for (const write of this.#waiting) {
      const { lines, tally, signal } = write;
      const taken = takeLines(write, { room, isFirst: slices.length === 0 });
      if (taken.indexes.length === 0) break;
      slices.push({ lines, tally, signal, indexes: taken.indexes });
      writes.push(write);
      write.underWay += 1;
      room = taken.room;
    }
    const isFull = this.#waiting.some(({ next, count }) => next < count);
    return slices.length === 0 ? undefined : { writes, bulk: { slices, isFull } };
  }
}

interface Taken {
  readonly writes: readonly Write[];
  readonly bulk: Bulk;
}

/** Lines of `write` that fit in `room`, moving on its `next`; the first line of a bulk always fits. */
function takeLines(
  write: Write,
  { room, isFirst }: { readonly room: number; readonly isFirst: boolean },
): { readonly indexes: readonly number[]; readonly room: number } {
  const { lines, count } = write;
  const indexes: number[] = [];
  let left = room;
  for (; write.next < count; write.next += 1) {
    const bytes = actionBytes(lines, write.next);
    if (bytes > left && (indexes.length > 0 || !isFirst)) break;
    indexes.push(write.next);
    left -= bytes;
  }
  return { indexes, room: left };
}
