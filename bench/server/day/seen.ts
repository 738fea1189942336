/** Which customers have been answered for, in which generation. */
import { CUSTOMERS } from '../scale.ts';
import { runs, type Subject } from './generations.ts';

/** `seen`: with an answer that may still be given. `new`: a customer without one. `unknown`: nobody the store knows. */
export type Standing = 'seen' | 'new' | 'unknown';

export class Seen {
  /** A bit for each generation. */
  readonly #answered = new Uint8Array(CUSTOMERS);

  standingOf({ index }: Subject): Standing {
    if (index === undefined) return 'unknown';
    return this.#answered[index] === 0 ? 'new' : 'seen';
  }

  answered({ index }: Subject, run: string): void {
    if (index !== undefined) this.#answered[index] = (this.#answered[index] ?? 0) | bitOf(run);
  }

  /** What it said may be given to nobody any more. */
  withdrawn(run: string): void {
    for (const index of this.#answered.keys()) this.#answered[index] = (this.#answered[index] ?? 0) & ~bitOf(run);
  }
}

const bitOf = (run: string): number => 1 << runs.indexOf(run);
