/** Who asks the service for a customer's segments with 150 ms to spend: ours, and what people write instead. */
import { createSegmentClient } from '@segment-store/sdk';
import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import CircuitBreaker from 'opossum';
import { segmentIdsIn } from '../segment-ids.ts';

/** Of the caller, in milliseconds: our default. */
export const BUDGET_MS = 150;

/** What a caller can go on with. */
export type Usable = 'fresh' | 'stale' | 'fallback';
/** Rejects when it got nothing to go on with. */
export type Ask = (id: string) => Promise<Usable>;
export type Contender = keyof typeof contenders;

/** Each is what its documentation shows, its timeout set to the budget where it has one. */
export const contenders: Readonly<
  Record<'ours' | 'fetch' | 'fetch + timeout' | 'cockatiel' | 'opossum', (url: string) => Promise<Ask>>
> = {
  ours,
  fetch: async (url) => (id) => get(url, id),
  'fetch + timeout': async (url) => (id) => get(url, id, AbortSignal.timeout(BUDGET_MS)),
  cockatiel: async (url) => {
    const policy = wrap(
      retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
      circuitBreaker(handleAll, { halfOpenAfter: 10 * 1000, breaker: new ConsecutiveBreaker(5) }),
      timeout(BUDGET_MS, TimeoutStrategy.Aggressive),
    );
    return (id) => policy.execute(({ signal }) => get(url, id, signal));
  },
  opossum: async (url) => {
    const ask = (id: string) => get(url, id);
    const options = { timeout: BUDGET_MS, errorThresholdPercentage: 50, resetTimeout: 30_000 };
    const breaker = new CircuitBreaker(ask, options);
    return (id) => breaker.fire(id);
  },
};

/** All defaults but one: what was known before a fault is to be stale in it, which takes a minute by default. */
async function ours(url: string): Promise<Ask> {
  const client = createSegmentClient({ baseUrl: url, freshMs: 2_000 });
  await client.ready();
  return async (id) => {
    const { servedFrom } = await client.lookup(id);
    return servedFrom === 'stale' || servedFrom === 'fallback' ? servedFrom : 'fresh';
  };
}

async function get(url: string, id: string, signal?: AbortSignal): Promise<Usable> {
  const answer = await fetch(`${url}/v1/customers/${encodeURIComponent(id)}/segments`, signal && { signal });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  segmentIdsIn(await answer.json());
  return 'fresh';
}
