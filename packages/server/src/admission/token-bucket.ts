/** `rate` a second on the average, what one second allows at once. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt = Number.NEGATIVE_INFINITY;

  /** `rate` may be below 1: the part of one worker among several. */
  constructor(rate: number) {
    this.#perMs = rate / 1_000;
    this.#burst = Math.max(1, rate);
    this.#tokens = 0;
  }

  /** Takes one. 0, or the milliseconds until there is one: then nothing was taken. */
  take(now: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filledAt) * this.#perMs);
    this.#filledAt = now;
    if (this.#tokens < 1) return (1 - this.#tokens) / this.#perMs;
    this.#tokens -= 1;
    return 0;
  }

  /** For what was let in already: those that come next wait for it. */
  owe(count: number): void {
    this.#tokens -= count;
  }
}
