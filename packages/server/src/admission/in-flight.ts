/** Requests being answered, and whose: nobody may hold them all, and the less important leave room for the others. */
import type { CallerClass } from './admission.ts';
import { shareUsedUp, tooManyInFlight } from './refusals.ts';

/** What of the limit a class may fill. */
const parts: Readonly<Record<CallerClass, number>> = { 'best-effort': 0.8, normal: 0.9, critical: 1 };
/** From here on each caller is held to its share; below, one may use what nobody else wants. */
const CROWDED = 0.5;
/** What of its share a caller may fill: one that comes new finds room. */
const SHARED = 0.8;

interface Holder {
  readonly class: CallerClass;
  held: number;
}

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
