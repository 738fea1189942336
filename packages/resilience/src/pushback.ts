/** The dependency's word that it wants no calls of ours for a while, whatever they ask. */
import { Failure, isFailure } from './failure.ts';
import type { AnyPolicy } from './operation.ts';
import { systemTime, type Time } from './time.ts';

interface Rest {
  readonly until: number;
  /** Rests in a row, this one included. */
  readonly inARow: number;
  readonly reason: Failure;
}

export interface Pushback {
  state: { readonly kind: 'none' } | ({ readonly kind: 'resting' | 'probing' } & Rest);
}

export const createPushback = (): Pushback => ({ state: { kind: 'none' } });

/** What the dependency may ask for at most. */
const LONGEST_ASKED_MS = 30_000;
/** Where it does not say how long: at first, and doubled while it goes on. */
const REST_MS = { first: 1_000, longest: 300_000 };

/**
 * After a failure with `pushback`, calls are refused at once with the same code: for its `retryAfterMs` (at most 30 s) or,
 * where it has none, 1 s doubling to 5 min; both up to a fifth longer, so that not all come back together. Then one call
 * finds out whether it is over.
 */
export const pushback =
  (rests: Pushback, time: Time = systemTime): AnyPolicy =>
  (next) =>
  async (input, call) => {
    const { state } = rests;
    if (state.kind === 'probing' || (state.kind === 'resting' && time.now() < state.until)) throw again(state.reason);
    if (state.kind === 'resting') rests.state = { ...state, kind: 'probing' };
    const probing = rests.state;
    try {
      const output = await next(input, call);
      if (probing === rests.state && probing.kind === 'probing') rests.state = { kind: 'none' };
      return output;
    } catch (error) {
      if (probing === rests.state) rests.state = after(error, probing, time.now());
      throw error;
    }
  };

/** What a call, come at the end of `state`, ends in by failing. */
function after(error: unknown, state: Pushback['state'], now: number): Pushback['state'] {
  if (!isFailure(error) || !error.pushback) return state.kind === 'none' ? state : { ...state, kind: 'resting' };
  const inARow = state.kind === 'none' ? 1 : state.inARow + 1;
  const own = Math.min(REST_MS.longest, REST_MS.first * 2 ** (inARow - 1));
  const asked = error.retryAfterMs === undefined ? own : Math.min(LONGEST_ASKED_MS, error.retryAfterMs);
  return { kind: 'resting', until: now + asked * (1 + Math.random() * 0.2), inARow, reason: again(error) };
}

/** Without what hangs on it: it may be kept for minutes. */
const again = ({ code, message }: Failure): Failure => new Failure(code, message);
