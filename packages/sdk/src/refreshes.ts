/** Refreshes behind stale answers: a few requests at once, and none that could be in anyone's way. */
import type { CircuitBreaker } from '@segment-store/resilience/circuit-breaker';
import type { Limiter } from '@segment-store/resilience/limit';

export interface Refreshes {
  /** Begins one, or leaves it to the next reader of the same answer. */
  begin(refresh: () => Promise<unknown>): Promise<unknown> | undefined;
}

export interface RefreshesDeps {
  readonly breaker: Pick<CircuitBreaker, 'admits'>;
  readonly limiter: Limiter;
  /** Refreshes that travel in one request when they begin in one turn of the event loop. */
  readonly perRequest: number;
  /** Told how each ended; undefined: well. Must not throw. */
  readonly refreshed: (error: unknown) => void;
}

const MAX_REQUESTS = 4;
/** Of the requests that may be in flight; one is always allowed. */
const SHARE = 0.1;

interface Request {
  begun: number;
  underWay: number;
  departed: boolean;
}

export function createRefreshes({ breaker, limiter, perRequest, refreshed }: RefreshesDeps): Refreshes {
  let requests = 0;
  let boarding: Request | undefined;
  const free = (request: Request) => {
    if (request.departed && request.underWay === 0) requests -= 1;
  };
  function board(): Request | undefined {
    if (boarding !== undefined) return boarding.begun < perRequest ? boarding : undefined;
    if (requests >= Math.min(MAX_REQUESTS, Math.max(1, Math.floor(limiter.max * SHARE)))) return undefined;
    const request = { begun: 0, underWay: 0, departed: false };
    boarding = request;
    requests += 1;
    setImmediate(() => {
      boarding = undefined;
      request.departed = true;
      free(request);
    });
    return request;
  }
  return {
    begin(refresh) {
      const request = breaker.admits ? board() : undefined;
      if (request === undefined) return undefined;
      request.begun += 1;
      request.underWay += 1;
      const ended = (error?: unknown) => {
        request.underWay -= 1;
        free(request);
        refreshed(error);
      };
      return refresh().then(() => ended(), ended);
    },
  };
}
