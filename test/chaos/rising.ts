/** A number of which it was heard again and again, and which must never fall. */
export class Rising {
  readonly #at: number[] = [];
  readonly #highest: number[] = [];

  /** In the order of `at`. */
  hear(at: number, value: number): void {
    this.#at.push(at);
    this.#highest.push(Math.max(value, this.#highest.at(-1) ?? Number.NEGATIVE_INFINITY));
  }

  /** The highest that had been heard before; undefined: nothing had. */
  before(at: number): number | undefined {
    let [low, high] = [0, this.#at.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#at[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return this.#highest[low - 1];
  }
}
