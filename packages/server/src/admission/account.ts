/** What callers use of what they may: each of them, and all together. */
import type { Caller, CallerClass, Permit } from './admission.ts';
import { shareUsedUp, tooManyInFlight } from './refusals.ts';
import { TokenBucket } from './token-bucket.ts';

/** What of the limit a class may fill. */
const parts: Readonly<Record<CallerClass, number>> = { 'best-effort': 0.8, normal: 0.9, critical: 1 };
/** From here on each caller is held to its share; below, one may use what nobody else wants. */
const CROWDED = 0.5;
/** What of its share a caller may fill: one that comes new finds room. */
const SHARED = 0.8;

interface Holder {
  readonly class: CallerClass;
  /** Requests being answered. */
  held: number;
}

/** Requests being answered: nobody may hold them all, and the less important leave room for the others. */
export class InFlight {
  readonly #limit: number;
  #total = 0;
  #holders = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get total(): number {
    return this.#total;
  }

  /** What is against one more, or undefined. */
  against({ class: ofClass, held }: Holder): typeof tooManyInFlight | undefined {
    const limit = this.#limit;
    if (this.#total < limit * CROWDED) return undefined;
    if (this.#total >= limit * parts[ofClass]) return tooManyInFlight;
    const holders = held === 0 ? this.#holders + 1 : this.#holders;
    return held >= Math.max(1, (limit * SHARED) / holders) ? shareUsedUp : undefined;
  }

  enter(holder: Holder): void {
    if (holder.held === 0) this.#holders++;
    holder.held++;
    this.#total++;
  }

  leave(holder: Holder): void {
    holder.held--;
    this.#total--;
    if (holder.held === 0) this.#holders--;
  }
}

export interface AccountOptions {
  readonly class: CallerClass;
  /** Requests a second; undefined: any number. */
  readonly rate: number | undefined;
  /** Among how many processes the rate is divided. */
  readonly workers: number;
}

/** Of one caller. */
export class Account implements Holder {
  readonly class: CallerClass;
  readonly rate: number | undefined;
  readonly #bucket: TokenBucket | undefined;
  readonly #inFlight: InFlight;
  held: number = 0;
  /** Requests since the load was looked at last. */
  asked: number = 0;
  /** It asked for more than the average of its class, then: refused before the others. */
  takesMore: boolean = false;
  /** Parts of refusals that are due: at 1 there is one. */
  due: number = 0;

  constructor({ class: ofClass, rate, workers }: AccountOptions, inFlight: InFlight) {
    this.class = ofClass;
    this.rate = rate;
    this.#bucket = rate === undefined ? undefined : new TokenBucket(rate / workers);
    this.#inFlight = inFlight;
  }

  /** 0, or the milliseconds until its rate allows one more request. */
  take(now: number): number {
    return this.#bucket === undefined ? 0 : this.#bucket.take(now);
  }

  spend(requests: number): void {
    this.#bucket?.owe(requests);
  }

  enter(): void {
    this.#inFlight.enter(this);
  }

  release(): void {
    this.#inFlight.leave(this);
  }
}

/** One credential, remembered: a request that sends it again costs a look into a map. */
export class Pass implements Permit {
  readonly caller: Caller;
  /** Shared by all credentials of one caller. */
  readonly account: Account;
  /** Monotonic milliseconds; it is looked at anew after. */
  readonly until: number;

  constructor(caller: Caller, account: Account, until: number) {
    this.caller = caller;
    this.account = account;
    this.until = until;
  }

  spend(requests: number): void {
    this.account.spend(requests);
  }

  release(): void {
    this.account.release();
  }

  hold(): () => void {
    this.account.enter();
    return () => this.account.release();
  }
}
