/** The public keys of an issuer of tokens, kept while it cannot be asked. */
import type { Time } from '@segment-store/resilience/time';

export interface JwksDeps<Keys> {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly time: Time;
  /** @throws for what is no set of keys */
  parse(document: unknown): Keys;
  onTrouble(text: string): void;
}

const FETCH_MS = 5_000;
const REFRESH_MS = 10 * 60_000;
/** A token of a key nobody knows may be of a new one, or of anybody: the issuer is asked for it no more often than this. */
const AGAIN_MS = 30_000;
const AGAIN_WITHOUT_ANY_MS = 1_000;

export class Jwks<Keys> {
  readonly #deps: JwksDeps<Keys>;
  #keys: Keys | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #heardAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(deps: JwksDeps<Keys>) {
    this.#deps = deps;
  }

  /** As the issuer said last; undefined when it never could be asked. Old ones are asked for anew in the background. */
  get keys(): Keys | undefined {
    if (this.#deps.time.now() - this.#heardAt >= REFRESH_MS) void this.renew();
    return this.#keys;
  }

  /** Asks, unless that was a short while ago. Never rejects. */
  async renew(): Promise<void> {
    const againMs = this.#keys === undefined ? AGAIN_WITHOUT_ANY_MS : AGAIN_MS;
    if (this.#asking === undefined && this.#deps.time.now() - this.#askedAt < againMs) return;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const { url, fetch, time, parse, onTrouble } = this.#deps;
    this.#askedAt = time.now();
    try {
      const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_MS) });
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      this.#keys = parse(await response.json());
      this.#heardAt = time.now();
    } catch (error) {
      const held = this.#keys === undefined ? 'no token can be checked' : 'those it gave before are used';
      onTrouble(`--jwks ${url} gives no keys (${error instanceof Error ? error.message : error}): ${held}`);
    }
  }
}
