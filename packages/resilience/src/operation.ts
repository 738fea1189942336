/** An operation, and what may wrap it. */

/** Who goes first when there is more to do than fits. */
export type Priority = 'critical' | 'normal' | 'sheddable';

/**
 * What one caller allows: how long (monotonic milliseconds of `time.ts`), and until when it is wanted.
 * `signal` may be made when it is looked at: a copy names one of its own.
 */
export interface Call {
  readonly signal: AbortSignal;
  readonly deadlineAt: number;
  /** Below which age an answer that is not fresh will do; default any. */
  readonly maxStaleMs?: number | undefined;
  /** Default normal. */
  readonly priority?: Priority | undefined;
  /** The caller's trace, in W3C form. */
  readonly traceparent?: string | undefined;
}

export type Operation<I, O> = (input: I, call: Call) => Promise<O>;
export type Policy<I, O> = (next: Operation<I, O>) => Operation<I, O>;
/** A policy that looks at neither input nor output. */
export type AnyPolicy = <I, O>(next: Operation<I, O>) => Operation<I, O>;
/** Answers of a batch, in the order of its inputs: one bad item never fails the rest. */
export type Settled<O> = PromiseSettledResult<O>[];

/** Wraps `operation` in `policies`, the first outermost. */
export function stack<I, O>(policies: readonly Policy<I, O>[], operation: Operation<I, O>): Operation<I, O> {
  return policies.reduceRight((next, policy) => policy(next), operation);
}

/** The policy that changes nothing: where an option picks one, this is what it picks when unset. */
export const asIs: AnyPolicy = (next) => next;

/** A call without limit of its own: for work that outlives or precedes every caller. */
export const unlimited: Call = { signal: new AbortController().signal, deadlineAt: Number.POSITIVE_INFINITY };

/** What goes along with work that outlives the caller who began it. */
export const outliving = ({ priority, traceparent }: Call): Call =>
  priority === undefined && traceparent === undefined ? unlimited : { ...unlimited, priority, traceparent };
