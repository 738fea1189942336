/** A limit that finds its own height: what the dependency answers in time raises it, what it does not lowers it. */
import { isFailure } from './failure.ts';
import { type Limiter, limit } from './limit.ts';
import type { AnyPolicy, Operation } from './operation.ts';

export interface AdaptiveLimits {
  readonly min: number;
  readonly initial: number;
  readonly max: number;
}

export interface AdaptiveLimiter extends Limiter {
  max: number;
  readonly limits: AdaptiveLimits;
  /** Raised when the limit was lowered: calls begun before say nothing of the height it has now. */
  lowered: number;
  readonly onMax: (max: number) => void;
}

/** `onMax`: told of every change; must not throw. */
export const createAdaptiveLimiter = (
  limits: AdaptiveLimits,
  onMax: (max: number) => void = () => {},
): AdaptiveLimiter => ({
  max: limits.initial,
  inFlight: 0,
  limits,
  lowered: 0,
  onMax,
});

const LOWER_TO = 0.9;

/**
 * As `limit`, by additive increase and multiplicative decrease: a success while at least half of it is used raises the
 * limit by 1; a timeout, or the dependency saying `OVERLOADED`, lowers it by a tenth, once for all calls that were in
 * flight together.
 */
export const adaptiveLimit =
  (limiter: AdaptiveLimiter): AnyPolicy =>
  (next) =>
    limit(limiter)(judged(limiter, next));

const judged =
  <I, O>(limiter: AdaptiveLimiter, next: Operation<I, O>): Operation<I, O> =>
  async (input, call) => {
    const begun = limiter.lowered;
    try {
      const output = await next(input, call);
      if (limiter.inFlight >= limiter.max / 2) move(limiter, limiter.max + 1);
      return output;
    } catch (error) {
      if (begun === limiter.lowered && isCongestion(error)) {
        limiter.lowered += 1;
        move(limiter, Math.floor(limiter.max * LOWER_TO));
      }
      throw error;
    }
  };

function move(limiter: AdaptiveLimiter, to: number): void {
  const max = Math.min(limiter.limits.max, Math.max(limiter.limits.min, to));
  if (max === limiter.max) return;
  limiter.max = max;
  limiter.onMax(max);
}

const isCongestion = (error: unknown): boolean =>
  isFailure(error) && error.fault && (error.code === 'TIMEOUT' || error.code === 'OVERLOADED');
