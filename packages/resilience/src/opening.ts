/** When a circuit opens. What is older than a window is forgotten by the clock, not by traffic. */
import { systemTime, type Time } from './time.ts';

export interface Opening {
  succeeded(): void;
  /** Answers whether the circuit opens now. */
  failed(): boolean;
  forget(): void;
}

export interface InARow {
  /** Default 20. */
  readonly failures?: number;
}

/** For both ways to open. */
const WINDOW_MS = 10_000;

/** After so many failures within a window and no success between them. */
export function afterFailuresInARow({ failures = 20 }: InARow = {}, time: Time = systemTime): Opening {
  let failedAt: number[] = [];
  const forget = () => {
    failedAt = [];
  };
  return {
    succeeded: forget,
    forget,
    failed() {
      const now = time.now();
      failedAt = [...failedAt.filter((at) => at > now - WINDOW_MS), now];
      return failedAt.length >= failures;
    },
  };
}

export interface FailureRate {
  /** Samples below which no rate counts. Default 20. */
  readonly minimumThroughput?: number;
  /** Default 10,000. */
  readonly windowMs?: number;
}

const BUCKETS = 10;

interface Bucket {
  readonly number: number;
  successes: number;
  failures: number;
}

/** When half of the calls of a window failed. */
export function atFailureRate(
  { minimumThroughput = 20, windowMs = WINDOW_MS }: FailureRate = {},
  time: Time = systemTime,
): Opening {
  let buckets: Bucket[] = [];
  function current(): Bucket {
    const number = Math.floor((time.now() / windowMs) * BUCKETS);
    buckets = buckets.filter((bucket) => bucket.number > number - BUCKETS);
    const last = buckets.at(-1);
    if (last?.number === number) return last;
    const bucket = { number, successes: 0, failures: 0 };
    buckets.push(bucket);
    return bucket;
  }
  return {
    succeeded() {
      current().successes += 1;
    },
    failed() {
      current().failures += 1;
      const failures = buckets.reduce((sum, bucket) => sum + bucket.failures, 0);
      const successes = buckets.reduce((sum, bucket) => sum + bucket.successes, 0);
      return failures + successes >= minimumThroughput && failures >= successes;
    },
    forget() {
      buckets = [];
    },
  };
}
