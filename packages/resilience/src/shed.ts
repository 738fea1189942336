/** Who may still ask when it gets crowded. */
import { Failure } from './failure.ts';
import type { Limiter } from './limit.ts';
import type { AnyPolicy, Priority } from './operation.ts';

/** Of the limit, what calls of each priority may fill. */
const SHARES: Readonly<Record<Priority, number>> = { critical: 1, normal: 0.9, sheddable: 0.7 };

/** Refuses a call at once as `OVERLOADED` while the part of the limit that its priority may fill is taken. */
export const shed =
  (limiter: Limiter): AnyPolicy =>
  (next) =>
  (input, call) => {
    const { priority = 'normal' } = call;
    const room = Math.max(1, Math.floor(limiter.max * SHARES[priority]));
    if (limiter.inFlight < room) return next(input, call);
    return Promise.reject(new Failure('OVERLOADED', `no room for ${priority} calls`));
  };
