/** `X-Request-Timeout-Ms`: how long the caller waits for its answer. */
import { systemTime } from '@segment-store/resilience/time';
import { invalidRequest } from '../errors.ts';
import type { Context } from '../handler.ts';

const HEADER = 'x-request-timeout-ms';
const MAX_MS = 600_000;

/** In monotonic milliseconds; infinite for a caller that does not say. @throws ProblemError 400 */
export function deadlineOf({ env, req }: Context): number {
  // Node's own headers: the request's `Headers` would be built for this one alone.
  const given = env?.incoming ? env.incoming.headers[HEADER] : req.header(HEADER);
  if (given === undefined) return Number.POSITIVE_INFINITY;
  const ms = /^[1-9]\d{0,5}$/.test(`${given}`) ? Number(given) : 0;
  if (ms > 0 && ms <= MAX_MS) return systemTime.now() + ms;
  throw invalidRequest(`the header X-Request-Timeout-Ms must be a whole number of milliseconds, 1 to ${MAX_MS}`);
}
