/** A second try before the first has ended: one slow server of many does not make a slow answer. */
import { Failure, isFailure } from './failure.ts';
import type { AnyPolicy, Operation } from './operation.ts';
import { affordsAnother, type RetryBudget } from './retry.ts';
import { systemTime, type Time } from './time.ts';

/** How long the dependency takes, and how many further tries its callers have earned. */
export interface HedgePace {
  /** Milliseconds of recent successes, the oldest overwritten first. */
  readonly latencies: number[];
  measured: number;
  /** The 95th percentile of them; undefined while there are too few. */
  p95: number | undefined;
  allowance: number;
}

export const createHedgePace = (): HedgePace => ({ latencies: [], measured: 0, p95: undefined, allowance: 0 });

const LATENCIES = 200;
/** Sorting them is for every so many only. */
const SORTED_EVERY = 20;
/** A call earns 0.02 of a further try: at most 2 % of the calls have one. */
const ALLOWANCE = { perCall: 0.02, max: 5 };

/**
 * Begins a second try once the first takes longer than 95 of 100 recent ones; the first answer counts, and the other try
 * is aborted. At most 2 % of the calls, each for a token of the retry budget, none at half of it or below. A failure of the
 * only try under way is the failure of the call; while there are two, the other still may answer.
 */
export const hedge =
  (pace: HedgePace, budget: RetryBudget, time: Time = systemTime): AnyPolicy =>
  <I, O>(next: Operation<I, O>): Operation<I, O> => {
    const timed = timedBy(pace, next, time);
    return (input, call) => {
      pace.allowance = Math.min(ALLOWANCE.max, pace.allowance + ALLOWANCE.perCall);
      if (pace.p95 === undefined) return timed(input, call);
      return race((enter) => {
        const begin = () => enter((signal) => timed(input, { ...call, signal }));
        begin();
        return time.after(pace.p95 ?? 0, () => {
          if (spend(pace, budget)) begin();
        });
      }, call.signal);
    };
  };

function timedBy<I, O>(pace: HedgePace, next: Operation<I, O>, time: Time): Operation<I, O> {
  return async (input, call) => {
    const begun = time.now();
    const output = await next(input, call);
    pace.latencies[pace.measured % LATENCIES] = time.now() - begun;
    pace.measured += 1;
    if (pace.measured % SORTED_EVERY === 0) {
      const sorted = pace.latencies.toSorted((a, b) => a - b);
      pace.p95 = sorted[Math.ceil(sorted.length * 0.95) - 1];
    }
    return output;
  };
}

function spend(pace: HedgePace, budget: RetryBudget): boolean {
  if (pace.allowance < 1 || !affordsAnother(budget)) return false;
  pace.allowance -= 1;
  budget.tokens -= 1;
  return true;
}

type Enter<O> = (run: (signal: AbortSignal) => Promise<O>) => void;

/**
 * The first answer wins, and the others are aborted; lost when every runner has failed. `begin` lets runners in, and
 * answers how to let in no more.
 */
async function race<O>(begin: (enter: Enter<O>) => () => void, signal: AbortSignal): Promise<O> {
  const running = new Set<AbortController>();
  let entered = 0;
  const abort = (reason: unknown) => {
    for (const runner of running) runner.abort(reason);
  };
  const onAbort = () => abort(signal.reason);
  signal.addEventListener('abort', onAbort);
  let close = () => {};
  try {
    return await new Promise((resolve, reject) => {
      close = begin((run) => {
        const runner = new AbortController();
        running.add(runner);
        entered += 1;
        const won = (output: O) => {
          running.delete(runner);
          resolve(output);
        };
        const lost = (error: unknown) => {
          running.delete(runner);
          if (isFailure(error) && entered > 1) error.attempts = entered;
          if (running.size === 0) reject(error);
        };
        run(runner.signal).then(won, lost);
      });
    });
  } finally {
    close();
    signal.removeEventListener('abort', onAbort);
    abort(new Failure('ABORTED', 'another try has answered'));
  }
}
