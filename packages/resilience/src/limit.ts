import type { AnyPolicy } from './operation.ts';

export interface Limiter {
  readonly max: number;
  inFlight: number;
}

export declare const createLimiter: (max: number) => Limiter;
/** At most `limiter.max` at once; one more is refused at once as `OVERLOADED`: no queue. */
export declare const limit: (limiter: Limiter) => AnyPolicy;
