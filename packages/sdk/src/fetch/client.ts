/**
 * The client over `fetch`. Runtimes of this kind end what an event began when its answer is out, in the middle of an
 * `await`: so nothing here waits for another event's work without end, and no guard counts on hearing of an end.
 */
import { batch } from '@segment-store/resilience/batch';
import { type Cache, type Cached, cached } from '@segment-store/resilience/cached';
import { circuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { deadline } from '@segment-store/resilience/deadline';
import { createFailureMemo, failureMemo } from '@segment-store/resilience/failure-memo';
import { type Operation, type Settled, stack, unlimited } from '@segment-store/resilience/operation';
import { createRetryBudget, retry } from '@segment-store/resilience/retry';
import type { Time } from '@segment-store/resilience/time';
import { createEpochs } from '../epochs.ts';
import { unwatched } from '../events.ts';
import type { Hold } from '../hold.ts';
import type { ResolvedOptions } from '../options.ts';
import { readingClient, type SegmentClient } from '../reading-client.ts';
import { createSources } from '../sources.ts';
import { leasedBreaker } from './leased-breaker.ts';
import { leasedFlight } from './leased-flight.ts';
import { leasedLimit } from './leased-limit.ts';
import { createFetchPool, type Fetch } from './pool.ts';

export interface FetchDeps {
  readonly fetch: Fetch;
  readonly time: Time;
  waitUntil(request: Promise<unknown>): void;
}

/** Requests in flight at once; one more is refused. */
const MAX_IN_FLIGHT = 64;
/** Such runtimes have no process to keep alive. */
const noHold: Hold = { during: (read) => read, release() {} };

export function createFetchClient<S extends string>(
  options: ResolvedOptions<S>,
  { fetch, time, waitUntil }: FetchDeps,
): SegmentClient<S> {
  const { ms, maxRetries } = options;
  const epochs = createEpochs();
  const breaker = leasedBreaker(time);
  const budget = createRetryBudget();
  const limit = leasedLimit(MAX_IN_FLIGHT, ms.flight, time);
  function stacked<I, O>(
    send: Operation<readonly I[], Settled<O>>,
    cache: Cache<I, O>,
    maxBatch: number,
  ): Cached<I, O> {
    const guarded = stack(
      [
        deadline(ms.flight, time),
        limit.policy,
        retry(maxRetries, budget, time),
        circuitBreaker(breaker),
        deadline(ms.attempt, time),
      ],
      send,
    );
    const memo = createFailureMemo(options.cache.maxEntries, time);
    // A batch leaves within the event that began it: a timer would be that event's own.
    const flight = stack(
      [leasedFlight(cache, { leaseMs: ms.call, time, waitUntil }), failureMemo(memo, cache)],
      batch(maxBatch, guarded, queueMicrotask),
    );
    return cached(cache, stack([deadline(ms.call, time)], flight), (input, { waits }) =>
      waits || memo.recent(cache.keyOf(input)) ? undefined : flight(input, unlimited),
    );
  }
  const pool = createFetchPool(options.origin, fetch);
  const sources = createSources<S>(options, { pool, epochs, time, stacked });
  const origin = () => ({
    breaker: breaker.state,
    inFlight: limit.inFlight(),
    limit: MAX_IN_FLIGHT,
    pushedBack: false,
    retryTokens: budget.tokens,
    epoch: epochs.latest,
    floor: epochs.floor,
  });
  return readingClient(options, { sources, events: unwatched, time, hold: noHold, origin, leave: pool.destroy });
}
