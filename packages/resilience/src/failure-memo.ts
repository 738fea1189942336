/** Keys whose asking just failed are left alone for a moment. */
import type { Cache } from './cached.ts';
import { Failure, isFailure } from './failure.ts';
import type { Policy } from './operation.ts';
import { systemTime, type Time } from './time.ts';

interface Failed {
  readonly reason: Failure;
  readonly until: number;
  readonly restMs: number;
}

export interface FailureMemo {
  /** Why this key may not be asked for now; undefined when it may. */
  recent(key: string): Failure | undefined;
  /** `held`: something can be served meanwhile, so rests may grow. */
  note(key: string, failure: Failure, held: boolean): void;
  forget(key: string): void;
}

const REST_MS = { first: 1_000, longest: 30_000 };
/** A key that fails again later than this after its rest begins anew. */
const REMEMBERED_MS = 60_000;

/** At most `maxKeys`; the oldest go first. */
export function createFailureMemo(maxKeys: number, time: Time = systemTime): FailureMemo {
  const failed = new Map<string, Failed>();
  return {
    recent(key) {
      const found = failed.get(key);
      return found !== undefined && time.now() < found.until ? found.reason : undefined;
    },
    note(key, { code, message, retryAfterMs = 0 }, held) {
      const before = failed.get(key);
      const again = held && before !== undefined && time.now() < before.until + REMEMBERED_MS;
      const restMs = Math.min(REST_MS.longest, again ? before.restMs * 2 : REST_MS.first);
      const until =
        time.now() + Math.max(restMs * (0.8 + Math.random() * 0.4), Math.min(REST_MS.longest, retryAfterMs));
      failed.delete(key); // to the end: the order is of age
      failed.set(key, { reason: new Failure(code, message), until, restMs });
      const [oldest] = failed.keys();
      if (failed.size > maxKeys && oldest !== undefined) failed.delete(oldest);
    },
    forget: (key) => failed.delete(key),
  };
}

/**
 * After a failure a key is not asked for again: for 1 s ±20 %, doubling to 30 s while there is something in `cache` to
 * serve instead; longer when the dependency said so. Meanwhile its calls fail at once as it did, with no attempts. What
 * was refused without asking is no failure.
 */
export const failureMemo =
  <I, O>(memo: FailureMemo, cache: Pick<Cache<I, O>, 'get' | 'keyOf'>): Policy<I, O> =>
  (next) =>
  async (input, call) => {
    const key = cache.keyOf(input);
    const reason = memo.recent(key);
    if (reason !== undefined) throw reason;
    try {
      const output = await next(input, call);
      memo.forget(key);
      return output;
    } catch (error) {
      if (isFailure(error) && (error.fault || error.attempts > 0))
        memo.note(key, error, cache.get(input) !== undefined);
      throw error;
    }
  };
