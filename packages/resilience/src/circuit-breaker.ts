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
  /** Samples older than this are forgotten by the clock, not by traffic. Default 10,000. */
  readonly windowMs?: number;
  /** Default 20. */
  readonly minimumThroughput?: number;
  /** Default 0.5. */
  readonly failureRateThreshold?: number;
  /** A success empties the window: only failures in a row open the circuit. Default false. */
  readonly inARow?: boolean;
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
 * cockatiel's state machine with its gaps closed: callers beyond the probe are refused instead of queued, samples
 * expire by the clock, rests run on the monotonic clock, an aborted probe decides nothing, and neither does a failure
 * of a call that began before the circuit opened.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions = {}, time: Time = systemTime): CircuitBreaker {
  const { cooldownMs = 1_000, maxCooldownMs = 30_000, onState } = options;
  const latest = { until: 0 };
  const policy = cockatielBreaker(
    handleWhen((error) => (isFailure(error) && error.fault) || error instanceof NoVerdict),
    { halfOpenAfter: rest({ cooldownMs, maxCooldownMs, latest }, time), breaker: new WindowBreaker(options, time) },
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
        if (begun !== openings) throw new TooLate('the circuit has opened since', { cause: error });
        throw probing ? undecided(error) : error;
      };
      try {
        return await policy.execute(() => attempt().catch(judged));
      } catch (error) {
        if (error instanceof BrokenCircuitError) throw refuse();
        throw error instanceof NoVerdict || error instanceof TooLate ? error.cause : error;
      }
    },
  };
}

/** A probe that its caller aborted says nothing of the dependency; without this, cockatiel would close on it. */
class NoVerdict extends Error {}

function undecided(error: unknown): unknown {
  const aborted = isFailure(error) && error.code === 'ABORTED';
  return aborted ? new NoVerdict('probe aborted', { cause: error }) : error;
}

/** A failure of before the opening; cockatiel would let it end the probe, or open the circuit again. */
class TooLate extends Error {}

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

const BUCKETS = 10;

/** Failure rate over a sliding window of buckets that the clock empties. */
class WindowBreaker implements IBreaker {
  readonly state: unknown = undefined;
  readonly #time: Time;
  readonly #bucketMs: number;
  readonly #minimum: number;
  readonly #threshold: number;
  readonly #inARow: boolean;
  #buckets: { readonly number: number; successes: number; failures: number }[] = [];

  constructor(options: CircuitBreakerOptions, time: Time) {
    this.#time = time;
    this.#bucketMs = (options.windowMs ?? 10_000) / BUCKETS;
    this.#minimum = options.minimumThroughput ?? 20;
    this.#threshold = options.failureRateThreshold ?? 0.5;
    this.#inARow = options.inARow ?? false;
  }

  success(state: CircuitState): void {
    if (state === CircuitState.HalfOpen || this.#inARow) this.#buckets = [];
    else this.#current().successes += 1;
  }

  failure(state: CircuitState): boolean {
    if (state === CircuitState.HalfOpen) return true;
    this.#current().failures += 1;
    const failures = this.#buckets.reduce((sum, bucket) => sum + bucket.failures, 0);
    const samples = this.#buckets.reduce((sum, bucket) => sum + bucket.successes, failures);
    return samples >= this.#minimum && failures / samples >= this.#threshold;
  }

  #current(): { successes: number; failures: number } {
    const number = Math.floor(this.#time.now() / this.#bucketMs);
    this.#buckets = this.#buckets.filter((bucket) => bucket.number > number - BUCKETS);
    const last = this.#buckets.at(-1);
    if (last?.number === number) return last;
    const bucket = { number, successes: 0, failures: 0 };
    this.#buckets.push(bucket);
    return bucket;
  }
}
