/** Which generation this server answers from. */
import type { RunId } from '@segment-store/contract/id';
import type { Cached } from '@segment-store/resilience/cached';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { sleep } from '@segment-store/resilience/time';
import { GENESIS, type Live, type Reader, type StoreReader } from '@segment-store/store/store';
import { counted, Uses } from './lease.ts';
import type { Encoded, Query } from './read-path.ts';

/** A generation opened for answers, and the epoch it stands for. */
export interface Pin {
  readonly live: Live;
  readonly reader: Reader;
  readonly path: Cached<Query, Encoded>;
}

export type State =
  | { readonly state: 'starting'; readonly why: string }
  | { readonly state: 'serving'; readonly pin: Pin }
  | { readonly state: 'switching'; readonly pin: Pin; readonly next: RunId }
  | { readonly state: 'draining'; readonly pin: Pin | undefined };

export interface ServingDeps {
  readonly store: StoreReader;
  /** A read path of this generation alone, its cache empty. */
  createPath(reader: Reader): Cached<Query, Encoded>;
  /** How long to wait before a generation that would not open is tried again. */
  readonly retryMs: number;
  onState(state: State): void;
  onTrouble(error: unknown): void;
}

export class Serving {
  readonly #deps: ServingDeps;
  readonly #closing = new Set<Promise<void>>();
  #state: State = { state: 'starting', why: 'waiting for the store' };

  constructor(deps: ServingDeps) {
    this.#deps = deps;
  }

  get state(): State {
    return this.#state;
  }

  get pin(): Pin | undefined {
    return this.#state.state === 'starting' ? undefined : this.#state.pin;
  }

  /** Follows publishes and roll backs until the call is aborted. Rejects when there is nothing to serve and never will be. */
  async follow(call: Call): Promise<void> {
    while (!call.signal.aborted) {
      try {
        for await (const live of this.#deps.store.live(call)) await this.#turnTo(live, call);
      } catch (error) {
        await this.#bear(error, call);
      }
    }
  }

  /** Answers go on, readiness ends. */
  drain(): void {
    this.#become({ state: 'draining', pin: this.pin });
  }

  /** Closes what is open once its requests have ended. */
  async close(): Promise<void> {
    const { pin } = this;
    if (pin !== undefined) this.#retire(pin);
    await Promise.allSettled(this.#closing);
  }

  async #turnTo(live: Live, call: Call): Promise<void> {
    const next = live.generation.run;
    const { pin } = this;
    if (next === pin?.reader.generation.run) return this.#become({ state: 'serving', pin: { ...pin, live } });
    if (next === GENESIS) return this.#become({ state: 'starting', why: 'no generation has been published yet' });
    this.#become(pin ? { state: 'switching', pin, next } : { state: 'starting', why: `opening generation ${next}` });
    const reader = await this.#open(next, call);
    if (call.signal.aborted) return reader?.[Symbol.asyncDispose]();
    const opened = reader && this.#pinTo(reader, live);
    const served = opened ?? pin;
    if (served !== undefined) this.#become({ state: 'serving', pin: served });
    if (opened !== undefined && pin !== undefined) this.#retire(pin);
  }

  /** Undefined when it is gone: then a newer one is live, and `live` is about to say so. */
  async #open(run: RunId, call: Call): Promise<Reader | undefined> {
    while (!call.signal.aborted) {
      try {
        return await this.#deps.store.open(run, call);
      } catch (error) {
        if (isFailure(error) && error.code === 'NOT_FOUND') return undefined;
        await this.#bear(error, call);
      }
    }
    return undefined;
  }

  /** What is served stays served, whatever happens to the store. Waits before the next try. */
  async #bear(error: unknown, { signal }: Call): Promise<void> {
    if (signal.aborted) return;
    const passes = isFailure(error) && error.code !== 'UNSUPPORTED' && error.code !== 'DENIED';
    if (this.pin === undefined && !passes) throw error;
    this.#deps.onTrouble(error);
    await sleep(this.#deps.retryMs, signal).catch(() => 'aborted: the loop ends');
  }

  #pinTo(opened: Reader, live: Live): Pin {
    const uses = new Uses();
    const reader = counted(opened, uses);
    const { peek, ask } = this.#deps.createPath(reader);
    return { live, reader, path: { peek, ask: (query, call) => uses.during(() => ask(query, call)) } };
  }

  #retire({ reader }: Pin): void {
    const closing = Promise.resolve(reader[Symbol.asyncDispose]()).finally(() => this.#closing.delete(closing));
    closing.catch(() => 'a reader that fails to close serves nobody any more');
    this.#closing.add(closing);
  }

  #become(state: State): void {
    this.#state = state;
    this.#deps.onState(state);
  }
}
