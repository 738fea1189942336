import { Failure, isFailure } from './failure.ts';
import { type AnyPolicy, type Call, type Operation, unlimited } from './operation.ts';
import { systemTime, type Time } from './time.ts';

/**
 * One ceiling: the call settles within `ms` (or the caller's earlier deadline), whatever `next` does. It ends as
 * `TIMEOUT` at the ceiling (a fault, and not retryable: a slow dependency would get the load twice) and as `ABORTED` when the caller's signal fires; `next` sees its signal aborted.
 */
export const deadline =
  (ms: number, time: Time = systemTime): AnyPolicy =>
  (next) =>
  (input, call) => {
    if (call.signal.aborted) return Promise.reject(aborted(call.signal));
    return new Promise((resolve, reject) => {
      const within = new Within(call, Math.min(call.deadlineAt, time.now() + ms));
      const end = (failure: Failure) => {
        release();
        reject(failure);
        within.end(failure);
      };
      const release = arm(call, { ms: within.deadlineAt - time.now(), time, end });
      settle(next, input, within).then(
        (output) => {
          release();
          resolve(output);
        },
        (error) => {
          release();
          reject(error);
        },
      );
    });
  };

/** One piece of work under a ceiling of its own. */
export const bounded = <O>(ms: number, work: (call: Call) => Promise<O>, call: Call = unlimited): Promise<O> =>
  deadline(ms)<void, O>((_, own) => work(own))(undefined, call);

/** Its signal is made when somebody looks at it: that costs more than all else here, and most never do. */
class Within implements Call {
  readonly deadlineAt: number;
  readonly priority: Call['priority'];
  readonly traceparent: Call['traceparent'];
  #controller: AbortController | undefined;
  #failure: Failure | undefined;

  constructor({ priority, traceparent }: Call, deadlineAt: number) {
    this.deadlineAt = deadlineAt;
    this.priority = priority;
    this.traceparent = traceparent;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#failure !== undefined) this.#controller.abort(this.#failure);
    return this.#controller.signal;
  }

  end(failure: Failure): void {
    this.#failure = failure;
    this.#controller?.abort(failure);
  }
}

/** A `next` that throws before it returns a promise must not leak past the ceiling. */
const settle = async <I, O>(next: Operation<I, O>, input: I, call: Call): Promise<O> => next(input, call);

interface Ceiling {
  readonly ms: number;
  readonly time: Time;
  end(failure: Failure): void;
}

/** Watches clock and caller; returns how to stop watching. */
function arm(call: Call, { ms, time, end }: Ceiling): () => void {
  const cancel = time.after(Math.max(0, ms), () => end(timeout(ms)));
  if (call.signal === unlimited.signal) return cancel;
  const onAbort = () => end(aborted(call.signal));
  call.signal.addEventListener('abort', onAbort, { once: true });
  return () => {
    cancel();
    call.signal.removeEventListener('abort', onAbort);
  };
}

const timeout = (ms: number) =>
  new Failure('TIMEOUT', `no answer within ${Math.round(Math.max(0, ms))} ms`, { fault: true });

/** Why a call ends that nobody wants any more: an outer ceiling's own failure, or ABORTED. */
export function aborted({ reason }: AbortSignal): Failure {
  return isFailure(reason) ? reason : new Failure('ABORTED', 'the caller aborted the call', { cause: reason });
}
