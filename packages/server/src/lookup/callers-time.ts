/** How long callers wait: who cannot be answered in time is told so at once, and what nobody waits for is not read. */
import type { CustomerId } from '@segment-store/contract/id';
import { Failure, isFailure } from '@segment-store/resilience/failure';
import type { Operation } from '@segment-store/resilience/operation';
import { systemTime, type Time } from '@segment-store/resilience/time';

/** As long as the quickest answer of late says how quick answers are; a store that was slow may be quick again. */
const WINDOW_MS = 5_000;
/** Than the timer of the call itself; both may come before their time by the clock. */
const EARLIER_MS = 1;

export class CallersTime {
  readonly #time: Time;
  /** Questions that somebody waits for, by customer. */
  readonly #waiting = new Map<CustomerId, number>();
  #callers = 0;
  #window = { since: Number.NEGATIVE_INFINITY, quickestMs: 0, beforeMs: 0 };

  constructor(time: Time = systemTime) {
    this.#time = time;
  }

  /** How many wait now, for the same customer or not. */
  get waiting(): number {
    return this.#callers;
  }

  /** Outermost: TOO_LATE for who has less time left than the quickest answer of late took, and for whose time is up. */
  inTime<I extends { readonly customerId: CustomerId }, O>(next: Operation<I, O>): Operation<I, O> {
    return async (input, call) => {
      const leftMs = call.deadlineAt - this.#time.now();
      if (leftMs <= 0 || leftMs < this.#quickestMs()) throw tooLate();
      let isUp = false;
      const cancel = this.#time.after(leftMs - EARLIER_MS, () => {
        isUp = true;
      });
      this.#count(input.customerId, 1);
      try {
        return await next(input, call);
      } catch (error) {
        // By the clock, too: when the loop was busy, the call's own timer is not even started.
        isUp ||= this.#time.now() >= call.deadlineAt;
        throw isUp && isFailure(error) && error.code === 'TIMEOUT' ? tooLate(error) : error;
      } finally {
        this.#count(input.customerId, -1);
        cancel();
      }
    };
  }

  /** Around the work itself: how long it takes. */
  timed<I, O>(next: Operation<I, O>): Operation<I, O> {
    return async (input, call) => {
      const startedAt = this.#time.now();
      const output = await next(input, call);
      this.#took(this.#time.now() - startedAt);
      return output;
    };
  }

  /** Before the store: ABORTED when whoever asked has left meanwhile. */
  stillAsked<O>(next: Operation<CustomerId, O>): Operation<CustomerId, O> {
    return (customerId, call) => {
      if (this.#waiting.has(customerId)) return next(customerId, call);
      return Promise.reject(new Failure('ABORTED', 'nobody waits for this answer any more'));
    };
  }

  #count(customerId: CustomerId, by: 1 | -1): void {
    this.#callers += by;
    const count = (this.#waiting.get(customerId) ?? 0) + by;
    if (count === 0) this.#waiting.delete(customerId);
    else this.#waiting.set(customerId, count);
  }

  /** Of this window and the one before. */
  #quickestMs(): number {
    const { since, quickestMs, beforeMs } = this.#window;
    const age = this.#time.now() - since;
    if (age > 2 * WINDOW_MS) return 0;
    return age > WINDOW_MS ? quickestMs : Math.min(quickestMs, beforeMs);
  }

  #took(ms: number): void {
    const now = this.#time.now();
    const { since, quickestMs } = this.#window;
    if (now - since <= WINDOW_MS) this.#window.quickestMs = Math.min(quickestMs, ms);
    else this.#window = { since: now, quickestMs: ms, beforeMs: now - since > 2 * WINDOW_MS ? ms : quickestMs };
  }
}

function tooLate(cause?: unknown): Failure {
  return new Failure('TOO_LATE', 'the answer could not come within X-Request-Timeout-Ms', { cause });
}
