/** An operation, and what may wrap it. */

/**
 * What one caller allows: how long (monotonic milliseconds of `time.ts`), and until when it is wanted.
 * `signal` may be made when it is looked at: a copy names one of its own.
 */
export interface Call {
  readonly signal: AbortSignal;
  readonly deadlineAt: number;
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

/** A call without limit of its own: for work that outlives or precedes every caller. */
export const unlimited: Call = { signal: new AbortController().signal, deadlineAt: Number.POSITIVE_INFINITY };
