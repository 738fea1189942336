/** The right to change one record alone, renewed every third of its length. */
import { isDeepStrictEqual } from 'node:util';
import { isFailure } from '@segment-store/resilience/failure';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { systemTime } from '@segment-store/resilience/time';
import { type Holder, held, holderOf, type Lives } from './holder.ts';
import { amendFrom, type Key, type Records, type Versioned } from './records.ts';
import { refusal } from './refusal.ts';

export interface LeaseTerms {
  readonly records: Records;
  readonly leaseMs: number;
  readonly lives: Lives;
}

/** Where a lease stands in a record. */
export interface Seat<T> {
  readonly key: Key<T>;
  /** What it is a lease of, for messages. */
  readonly what: string;
  /** Of several the one of `owner`, if it is there. */
  holder(record: T, owner: string): Holder | undefined;
  /** Takes it, or goes on with it. No record: nobody had it before. */
  take(record: T | undefined, holder: Holder): T;
  leave(record: T, owner: string): T;
}

export interface Claim<T> {
  readonly seat: Seat<T>;
  readonly owner: string;
  /** The record as it was when it was looked at. */
  readonly from: Versioned<T> | undefined;
}

interface Claimed<T> {
  readonly seat: Seat<T>;
  readonly owner: string;
  readonly record: Versioned<T>;
  /** When the claim was asked for, by our monotonic clock: its `until` is not later than one lease after. */
  readonly since: number;
}

/** Takes the seat in a record that is at that version. Undefined when somebody else changed it first. */
export async function claim<T>(
  { seat, owner, from }: Claim<T>,
  terms: LeaseTerms,
  call: Call,
): Promise<Lease<T> | undefined> {
  const since = systemTime.now();
  const value = seat.take(from?.value, holderOf(owner, terms.leaseMs));
  const version = await terms.records.put(seat.key, { value, version: from?.version }, call);
  return version === undefined ? undefined : new Lease({ seat, owner, record: { value, version }, since }, terms);
}

export class Lease<T> implements AsyncDisposable {
  readonly owner: string;
  readonly #seat: Seat<T>;
  readonly #terms: LeaseTerms;
  readonly #lost = new AbortController();
  #record: Versioned<T>;
  /** May have arrived, though its answer was lost. */
  #written: T | undefined;
  /** Writes come one after the other, or each would find the other's version. */
  #turn: Promise<unknown> = Promise.resolve();
  #cancelRenewal: () => void = () => {};
  #cancelEnd: () => void = () => {};
  #isOver = false;

  constructor({ seat, owner, record, since }: Claimed<T>, terms: LeaseTerms) {
    this.#seat = seat;
    this.owner = owner;
    this.#terms = terms;
    this.#record = record;
    this.#endAfter(since);
    this.#renewLater();
  }

  /** How long it lasts unrenewed. */
  get ms(): number {
    return this.#terms.leaseMs;
  }

  /** Aborts as HELD when another job holds it, as UNAVAILABLE when it ended unrenewed, as CONFLICT when it is gone. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** As this lease wrote it last. */
  get record(): T {
    return this.#record.value;
  }

  get known(): Versioned<T> {
    return this.#record;
  }

  /** Changes the record and renews the lease. HELD when another job holds it now. */
  amend(change: (record: T) => T, call: Call): Promise<T> {
    return this.#inTurn(() => this.#renewWith(change, call));
  }

  /** The last change: lets go of the lease with it. */
  end(change: (record: T) => T, call: Call): Promise<T> {
    return this.#inTurn(async () => {
      await this.#write((record) => this.#seat.leave(change(record), this.owner), call);
      this.#stop();
      return this.record;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release((record) => record);
  }

  /** The last change, as far as the store takes it. */
  async release(change: (record: T) => T): Promise<void> {
    if (this.#isOver) return;
    this.#stop();
    try {
      if (!this.lost.aborted) await this.end(change, unlimited);
    } catch (error) {
      // A lease that cannot be given back ends by itself.
      if (!isFailure(error)) throw error;
    }
  }

  async #renewWith(change: (record: T) => T, call: Call): Promise<T> {
    const since = systemTime.now();
    await this.#write((record) => this.#seat.take(change(record), holderOf(this.owner, this.#terms.leaseMs)), call);
    this.#endAfter(since);
    return this.record;
  }

  async #write(change: (record: T) => T, call: Call): Promise<void> {
    const mine = (record: T | undefined) => {
      if (record !== undefined && this.#seat.holder(record, this.owner)?.owner === this.owner) {
        this.#written = change(record);
        return this.#written;
      }
      if (record !== undefined && isDeepStrictEqual(record, this.#written)) return record;
      throw this.#lose(record);
    };
    const { key } = this.#seat;
    this.#record = await amendFrom(this.#terms.records, { key, change: mine, from: this.#record }, call);
  }

  async #inTurn<R>(work: () => Promise<R>): Promise<R> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #stop(): void {
    this.#isOver = true;
    this.#cancelRenewal();
    this.#cancelEnd();
  }

  #renewLater(): void {
    if (this.#isOver || this.lost.aborted) return;
    this.#cancelRenewal = systemTime.after(this.#terms.leaseMs / 3, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    try {
      await this.#inTurn(async () => {
        if (!this.#isOver) await this.#renewWith((record) => record, unlimited);
      });
    } catch {
      // A lost lease has aborted `lost`; an outage is tried again at the next renewal.
    }
    this.#renewLater();
  }

  /** Others may take it over then, whether or not we still reach the store. */
  #endAfter(since: number): void {
    this.#cancelEnd();
    if (this.#isOver || this.lost.aborted) return;
    const end = () => this.#lost.abort(unrenewed(this.#seat.what, this.#terms.leaseMs));
    this.#cancelEnd = systemTime.after(Math.max(0, since + this.#terms.leaseMs - systemTime.now()), end);
  }

  #lose(record: T | undefined): Error {
    const failure = lostTo(this.#seat, record, this.owner);
    if (!this.#isOver) this.#lost.abort(failure);
    return failure;
  }
}

function lostTo<T>({ what, holder }: Seat<T>, record: T | undefined, owner: string): Error {
  if (record === undefined) return refusal('CONFLICT', `${what} is gone: the run was aborted or removed`);
  return held(what, holder(record, owner));
}

function unrenewed(what: string, leaseMs: number): Error {
  const message = `the lease of ${what} ended: the store took no renewal for ${leaseMs} ms; run again to go on`;
  return refusal('UNAVAILABLE', message, { fault: true });
}
