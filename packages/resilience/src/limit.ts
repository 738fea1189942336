import { Failure } from './failure.ts';
import type { AnyPolicy } from './operation.ts';

export interface Limiter {
  readonly max: number;
  inFlight: number;
}

export const createLimiter = (max: number): Limiter => ({ max, inFlight: 0 });

/** At most `limiter.max` at once; one more is refused at once as `OVERLOADED`: no queue. */
export const limit =
  (limiter: Limiter): AnyPolicy =>
  (next) =>
  async (input, call) => {
    if (limiter.inFlight >= limiter.max) {
      throw new Failure('OVERLOADED', `${limiter.max} calls are in flight already`);
    }
    limiter.inFlight += 1;
    try {
      return await next(input, call);
    } finally {
      limiter.inFlight -= 1;
    }
  };
