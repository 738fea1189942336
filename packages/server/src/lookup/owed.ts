/** What somebody who did not listen has still to be told, the newest of it. */
export class Owed<Key, T> {
  readonly #most: number;
  readonly #all = new Map<Key, T>();
  #isPaying = false;

  /** `most`: the oldest beyond it is given up. */
  constructor(most: number) {
    this.#most = most;
  }

  add(key: Key, one: T): void {
    this.#all.delete(key);
    this.#all.set(key, one);
    if (this.#all.size <= this.#most) return;
    for (const oldest of this.#all.keys()) return void this.#all.delete(oldest);
  }

  /** Tells all of it, `together` at a time. What fails is owed as before. */
  async pay(together: number, tell: (one: T) => Promise<unknown>): Promise<void> {
    if (this.#isPaying) return;
    this.#isPaying = true;
    try {
      for (let some = this.#first(together); some.length > 0; some = this.#first(together)) {
        await Promise.all(some.map(([, one]) => tell(one)));
        for (const [key, one] of some) if (this.#all.get(key) === one) this.#all.delete(key);
      }
    } catch {
      // Whoever hears of the next one that was told comes again.
    } finally {
      this.#isPaying = false;
    }
  }

  #first(count: number): readonly (readonly [Key, T])[] {
    const some: (readonly [Key, T])[] = [];
    for (const one of this.#all) if (some.push(one) === count) break;
    return some;
  }
}
