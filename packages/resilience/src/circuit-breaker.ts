import {
  BrokenCircuitError,
  CircuitState,
  circuitBreaker as cockatielBreaker,
  handleWhen,
  type IBackoff,
  type IBackoffFactory,
  type IBreaker,
} from 'cockatiel';
import { Failure, isFailure } from './failure.ts';
import type { Opening } from './opening.ts';
import type { AnyPolicy } from './operation.ts';
import { systemTime, type Time } from './time.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface CircuitBreaker {
  readonly state: BreakerState;
  /** Whether a call would be made now and not refused. */
  readonly admits: boolean;
  /** Runs `attempt`, or refuses it at once as `CIRCUIT_OPEN`. */
  run<O>(attempt: () => Promise<O>): Promise<O>;
}

export interface CircuitBreakerOptions {
  /** First rest; doubles while probes fail, ±20 % jitter. Default 1,000. */
  readonly cooldownMs?: number;
  /** Default 30,000. */
  readonly maxCooldownMs?: number;
  /** Told of every change; must not throw. */
  readonly onState?: (state: BreakerState) => void;
}

/** Open: refused at once as `CIRCUIT_OPEN`. Half-open: one probe, everyone else refused at once. Only faults are samples. */
export const circuitBreaker =
  (breaker: CircuitBreaker): AnyPolicy =>
  (next) =>
  (input, call) =>
    breaker.run(() => next(input, call));

const STATES = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
} as const;

/**
 * cockatiel's state machine with its gaps closed: callers beyond the probe are refused instead of queued, rests
 * run on the monotonic clock, an aborted probe decides nothing, and neither does a failure
 * of a call that began before the circuit opened.
 */
export function createCircuitBreaker(
  opening: Opening,
  { cooldownMs = 1_000, maxCooldownMs = 30_000, onState }: CircuitBreakerOptions = {},
  time: Time = systemTime,
): CircuitBreaker {
  const latest = { until: 0 };
  const policy = cockatielBreaker(
    handleWhen((error) => error instanceof Verdict && error.counts),
    { halfOpenAfter: rest({ cooldownMs, maxCooldownMs, latest }, time), breaker: judging(opening) },
  );
  let openings = 0;
  policy.onBreak(() => {
    openings += 1;
  });
  if (onState !== undefined) policy.onStateChange((state) => onState(STATES[state]));
  const refuse = () => new Failure('CIRCUIT_OPEN', 'the circuit is open: the dependency failed too often');
  return {
    get state() {
      return STATES[policy.state];
    },
    get admits() {
      return policy.state === CircuitState.Closed || (policy.state === CircuitState.Open && time.now() >= latest.until);
    },
    async run(attempt) {
      if (policy.state === CircuitState.HalfOpen) throw refuse();
      const probing = policy.state === CircuitState.Open;
      const begun = openings;
      const judged = (error: unknown): never => {
        throw new Verdict(error, begun === openings && (isFault(error) || (probing && isAborted(error))));
      };
      try {
        return await policy.execute(() => attempt().catch(judged));
      } catch (error) {
        if (error instanceof BrokenCircuitError) throw refuse();
        throw error instanceof Verdict ? error.cause : error;
      }
    },
  };
}

/**
 * Whether a failure counts against the dependency. One from before the circuit opened does not: cockatiel would let it
 * end the probe, or open the circuit again. A probe that its caller aborted does: cockatiel would close on it.
 */
class Verdict extends Error {
  readonly counts: boolean;

  constructor(cause: unknown, counts: boolean) {
    super('a failed attempt', { cause });
    this.counts = counts;
  }
}

const isFault = (error: unknown): boolean => isFailure(error) && error.fault;
const isAborted = (error: unknown): boolean => isFailure(error) && error.code === 'ABORTED';

/** A probe alone decides: what was before it is forgotten when it succeeds. */
const judging = (opening: Opening): IBreaker => ({
  state: undefined,
  success: (state) => (state === CircuitState.HalfOpen ? opening.forget() : opening.succeeded()),
  failure: (state) => state === CircuitState.HalfOpen || opening.failed(),
});

interface Rests {
  readonly cooldownMs: number;
  readonly maxCooldownMs: number;
  /** When the latest of them ends. */
  readonly latest: { until: number };
}

interface First {
  next(): IBackoff<unknown>;
}

/** Doubling rests. cockatiel compares wall clocks; a duration that is all or nothing makes the monotonic one decide. */
function rest({ cooldownMs, maxCooldownMs, latest }: Rests, time: Time): IBackoffFactory<unknown> & First {
  const from = (restMs: number): IBackoff<unknown> => {
    const until = time.now() + restMs * (0.8 + Math.random() * 0.4);
    latest.until = until;
    return {
      get duration() {
        return time.now() >= until ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      },
      next: () => from(Math.min(maxCooldownMs, restMs * 2)),
    };
  };
  return { next: () => from(cooldownMs) };
}
