/** Credentials → caller, remembered for a while: neither a hash nor a signature is computed for each request. */
import { LRUCache } from 'lru-cache';
import { Account, type InFlight, Pass } from './account.ts';
import type { Callers } from './callers.ts';
import type { Recognise, Recognised } from './recognised.ts';
import { badCredentials, missingScope, withoutCredentials } from './refusals.ts';

export interface KnownDeps {
  readonly recognise: Recognise;
  readonly inFlight: InFlight;
  /** Requests a second of whoever has no rate of its own. */
  readonly rate: number;
  readonly workers: number;
  wallClock(): number;
}

const REMEMBER_MS = 30_000;
/** Keys are few; tokens may be as many as those who sign in. Bad credentials are not kept. */
const MOST_REMEMBERED = 10_000;
const BEARER = /^Bearer +([\w.~+/=-]+) *$/i;

export class KnownCallers implements Callers {
  readonly #deps: KnownDeps;
  readonly #passes = new LRUCache<string, Pass>({ max: MOST_REMEMBERED });
  readonly #accounts = new LRUCache<string, Account>({ max: MOST_REMEMBERED });
  readonly lacking: Callers['lacking'] = missingScope;

  constructor(deps: KnownDeps) {
    this.#deps = deps;
  }

  passOf(authorization: string | undefined, now: number): Pass | Promise<Pass> {
    if (authorization === undefined) throw withoutCredentials();
    const held = this.#passes.get(authorization);
    if (held !== undefined && now < held.until) return held;
    const [, credentials] = BEARER.exec(authorization) ?? [];
    if (credentials === undefined) throw badCredentials('expected Authorization: Bearer <key>');
    const recognised = this.#deps.recognise(credentials);
    if (!(recognised instanceof Promise)) return this.#remember(authorization, recognised, now);
    return recognised.then((one) => this.#remember(authorization, one, now));
  }

  /** The keys are others: everybody is looked at anew. What each has used stays. */
  forget(): void {
    this.#passes.clear();
  }

  #remember(authorization: string, { caller, rate = this.#deps.rate, until }: Recognised, now: number): Pass {
    const holdsMs = Math.min(REMEMBER_MS, until - this.#deps.wallClock());
    const pass = new Pass(
      caller,
      this.#accountOf(`${caller.id} ${caller.class} ${rate}`, caller.class, rate),
      now + holdsMs,
    );
    this.#passes.set(authorization, pass);
    return pass;
  }

  #accountOf(name: string, ofClass: Account['class'], rate: number): Account {
    const { inFlight, workers } = this.#deps;
    const held = this.#accounts.get(name) ?? new Account({ class: ofClass, rate, workers }, inFlight);
    this.#accounts.set(name, held);
    return held;
  }
}
