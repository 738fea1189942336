/**
 * A refusal costs nearly what an answer from memory does: whoever asks again at once could keep a busy loop busy with
 * refusals alone (measured: 15,000 a second, the others' p50 at 46 ms). While the loop is busy, some are given at once,
 * the rest within the second after which the caller may ask again.
 */
import type { Time } from '@segment-store/resilience/time';
import type { LoopLoad } from './loop-load.ts';

const BUSY = 0.8;
/** Between two looks at the load: with ten looks a second some 6 % of a processor. */
const AT_ONCE = 100;
const FIRST_MS = 100;
const LAST_MS = 1_000;
const MOST_WAITING = 10_000;
/** Of a circle, so that any number of waits in a row spreads evenly. */
const GOLDEN = 0.618_034;

export class LateRefusals {
  readonly #time: Time;
  #busyUntil = Number.NEGATIVE_INFINITY;
  #given = 0;
  #waiting = 0;
  #spread = 0;

  constructor(time: Time) {
    this.#time = time;
  }

  update({ utilisation }: LoopLoad): void {
    if (utilisation >= BUSY) this.#busyUntil = this.#time.now() + LAST_MS;
    this.#given = 0;
  }

  /** Throws the reason, or gives a promise that rejects with it later. */
  refuse(reason: unknown): Promise<never> {
    this.#given++;
    const isCalm = this.#given <= AT_ONCE || this.#time.now() >= this.#busyUntil;
    if (isCalm || this.#waiting >= MOST_WAITING) throw reason;
    this.#waiting++;
    this.#spread = (this.#spread + GOLDEN) % 1;
    const ms = FIRST_MS + (LAST_MS - FIRST_MS) * this.#spread;
    return new Promise((_, reject) => {
      this.#time.after(ms, () => {
        this.#waiting--;
        reject(reason);
      });
    });
  }
}
