/** What one caller has used of what it may, and the credentials that stand for it. */
import type { Caller, CallerClass, Permit } from './admission.ts';
import type { InFlight } from './in-flight.ts';
import { TokenBucket } from './token-bucket.ts';

export interface AccountOptions {
  readonly class: CallerClass;
  /** Requests a second; undefined: any number. */
  readonly rate: number | undefined;
  /** Among how many processes the rate is divided. */
  readonly workers: number;
}

export class Account {
  readonly class: CallerClass;
  readonly rate: number | undefined;
  readonly #bucket: TokenBucket | undefined;
  readonly #inFlight: InFlight;
  /** Requests being answered. */
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
}
