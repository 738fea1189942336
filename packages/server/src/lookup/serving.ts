/** Which generation this server answers from. */
import type { RunId } from '@segment-store/contract/id';
import type { Cached } from '@segment-store/resilience/cached';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { sleep, type Time } from '@segment-store/resilience/time';
import { GENESIS, type Live, type Reader, type StoreReader } from '@segment-store/store/store';
import { createPin, inView, type Pin } from './pin.ts';
import type { Encoded, Query } from './read-path.ts';
import { type State, type Status, statusOf } from './status.ts';
import type { WarmUp } from './warm-up.ts';

export interface ServingDeps {
  readonly store: StoreReader;
  readonly time: Time;
  /** The wall clock. */
  date(): Date;
  /** A read path that reads this generation alone; `pin`: what is pinned at the moment. */
  createPath(reader: Reader, pin: () => Pin | undefined): Cached<Query, Encoded>;
  /** Before a generation is pinned, unless the one before it was withdrawn. */
  readonly warmUp: WarmUp;
  /** How long to wait before a generation that would not open is tried again. */
  readonly retryMs: number;
  /** How long a withdrawn generation may answer while the one in its place does not open. */
  readonly withdrawnMs: number;
  onState(state: State): void;
  onTrouble(error: unknown): void;
}

export class Serving {
  readonly #deps: ServingDeps;
  /** What must end before the store may be closed: readers in use, generations being opened. */
  readonly #ending = new Set<Promise<void>>();
  #opening = new AbortController();
  /** What the store said last. */
  #live: Live | undefined;
  #started = false;
  #state: State = { state: 'starting', why: 'waiting for the store' };

  constructor(deps: ServingDeps) {
    this.#deps = deps;
  }

  get state(): State {
    return this.#state;
  }

  /** It has something to answer from, or had, or the store has said that nothing is published yet. */
  get hasStarted(): boolean {
    return this.#started;
  }

  get pin(): Pin | undefined {
    return this.#state.state === 'starting' ? undefined : this.#state.pin;
  }

  status(): Status {
    return statusOf(this.#state, this.#deps.date());
  }

  /** Whether a roll back came while this pin was answered from: what it said may be given to nobody. */
  isWithdrawn({ reader, epoch }: Pin): boolean {
    const { pin } = this;
    return pin === undefined || (pin.reader !== reader && epoch < pin.floor);
  }

  /** Follows publishes and roll backs until the call is aborted. Rejects when the store can never be followed. */
  async follow(call: Call): Promise<void> {
    let isKnown = false;
    while (!call.signal.aborted) {
      try {
        for await (const live of this.#deps.store.live(call)) {
          isKnown = true;
          this.#turnTo(live, call);
        }
      } catch (error) {
        if (!isKnown && isFinal(error)) throw error;
        await this.#bear(error, call.signal);
      }
    }
  }

  /** Answers from what was pinned here before, while nothing else is, unless the store says that it may not be. */
  restore(reader: Reader, kept: Live): void {
    if (this.#state.state !== 'starting') return;
    const pin: Pin = { ...this.#pinned(reader, kept), isKept: true };
    const live = this.#live;
    if (live === undefined) this.#become({ state: 'serving', pin });
    else if (kept.epoch >= live.floor && live.generation.run !== GENESIS) {
      this.#become({ state: 'switching', pin: inView(pin, live, this.#deps.time.now()), next: live.generation.run });
    }
  }

  /** Answers go on, readiness ends. */
  drain(): void {
    this.#opening.abort();
    // Nobody looks at the clock any more: what was withdrawn would answer until the end.
    this.#become({ state: 'draining', pin: this.pin?.withdrawnAt === undefined ? this.pin : undefined });
  }

  /** Closes what is open once its requests have ended. */
  async close(): Promise<void> {
    this.#opening.abort();
    const { pin } = this;
    if (pin !== undefined) this.#retire(pin);
    await Promise.allSettled(this.#ending);
  }

  /** The latest wins: an older generation that is still being opened is let go of. */
  #turnTo(live: Live, call: Call): void {
    if (this.#state.state === 'draining') return;
    this.#opening.abort();
    this.#live = live;
    const { run } = live.generation;
    const pin = this.#inView(live);
    if (pin?.reader.generation.run === run && !pin.isKept) this.#become({ state: 'serving', pin });
    else if (run !== GENESIS) this.#switch(pin, live, call);
    else {
      this.#started = true;
      this.#become({ state: 'starting', why: 'no generation has been published yet' });
    }
  }

  /** Nobody knows since when what was kept is withdrawn: it may be answered no longer. */
  #inView(live: Live): Pin | undefined {
    const pin = this.pin && inView(this.pin, live, this.#deps.time.now());
    return pin?.isKept && pin.withdrawnAt !== undefined ? undefined : pin;
  }

  #switch(pin: Pin | undefined, live: Live, call: Call): void {
    const next = live.generation.run;
    this.#become(pin ? { state: 'switching', pin, next } : { state: 'starting', why: `opening generation ${next}` });
    this.#opening = new AbortController();
    const signal = AbortSignal.any([call.signal, this.#opening.signal]);
    if (pin?.withdrawnAt !== undefined) void this.#expire(pin.withdrawnAt, next, signal);
    this.#untilEnd(this.#open(live, { ...call, signal }));
  }

  async #open(live: Live, call: Call): Promise<void> {
    while (!call.signal.aborted) {
      try {
        const reader = await this.#deps.store.open(live.generation.run, call);
        const keepRead = await this.#warmUp(reader, call);
        if (call.signal.aborted) return await reader[Symbol.asyncDispose]();
        this.#become({ state: 'serving', pin: this.#pinned(reader, live) });
        return keepRead();
      } catch (error) {
        await this.#bear(error, call.signal);
      }
    }
  }

  async #warmUp(reader: Reader, call: Call): Promise<() => void> {
    if (call.signal.aborted || this.pin?.withdrawnAt !== undefined) return () => {};
    return await this.#deps.warmUp(reader, call);
  }

  #pinned(reader: Reader, live: Live): Pin {
    const { createPath, time } = this.#deps;
    const options = { live, before: this.pin, now: time.now() };
    return createPin(reader, { ...options, createPath: (read) => createPath(read, () => this.pin) });
  }

  /** Ends the answers of a withdrawn generation, unless the one in its place opens in time. */
  async #expire(withdrawnAt: number, next: RunId, signal: AbortSignal): Promise<void> {
    const left = withdrawnAt + this.#deps.withdrawnMs - this.#deps.time.now();
    await sleep(Math.max(0, left), signal, this.#deps.time).catch(
      () => 'another generation is live, or this is the end',
    );
    if (signal.aborted || this.#state.state !== 'switching') return;
    const { run } = this.#state.pin.reader.generation;
    this.#become({ state: 'starting', why: `generation ${run} was withdrawn; opening generation ${next}` });
  }

  /** What is served stays served, whatever happens to the store. Waits before the next try. */
  async #bear(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#deps.onTrouble(error);
    await sleep(this.#deps.retryMs, signal, this.#deps.time).catch(() => 'aborted: the loop ends');
  }

  #retire({ reader }: Pin): void {
    this.#untilEnd(Promise.resolve(reader[Symbol.asyncDispose]()));
  }

  #untilEnd(work: Promise<void>): void {
    const ending = work
      .catch(() => 'a reader that fails to close serves nobody any more')
      .then(() => void this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** The only place that changes the state; a generation that is left closes after its last request. */
  #become(state: State): void {
    const before = this.pin;
    this.#state = state;
    this.#started ||= state.state === 'serving';
    if (before !== undefined && before.reader !== this.pin?.reader) this.#retire(before);
    this.#deps.onState(state);
  }
}

/** Wrong from the start: the address or the rights. An outage passes. */
function isFinal(error: unknown): boolean {
  return !isFailure(error) || error.code === 'UNSUPPORTED' || error.code === 'DENIED';
}
