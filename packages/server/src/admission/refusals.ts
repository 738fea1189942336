/** What is said to whom is not let in. None names a key, a token, a caller or a customer. */
import { ProblemError } from '../errors.ts';
import type { Scope } from './admission.ts';

const REALM = 'Bearer realm="segment-store"';

/** Nothing was sent that could be looked at. */
export function withoutCredentials(): ProblemError {
  const detail = 'this server has keys: send yours as Authorization: Bearer <key>';
  return new ProblemError('unauthorized', { status: 401, detail, headers: { 'WWW-Authenticate': REALM } });
}

/** What was sent lets nobody in. */
export function badCredentials(detail: string): ProblemError {
  const headers = { 'WWW-Authenticate': `${REALM}, error="invalid_token"` };
  return new ProblemError('unauthorized', { status: 401, detail, headers });
}

export function missingScope(need: Scope): ProblemError {
  const headers = { 'WWW-Authenticate': `${REALM}, error="insufficient_scope", scope="${need}"` };
  const detail = `this needs the scope ${need}, which these credentials do not have`;
  return new ProblemError('forbidden', { status: 403, detail, headers });
}

interface Rate {
  /** Requests a second. */
  readonly rate: number;
  readonly waitMs: number;
}

/** Headers: draft-ietf-httpapi-ratelimit-headers-10. */
export function rateLimited({ rate, waitMs }: Rate): ProblemError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const headers = {
    'Retry-After': `${seconds}`,
    'RateLimit-Policy': `"key";q=${rate};w=1`,
    RateLimit: `"key";r=0;t=${seconds}`,
  };
  const detail = `more than the ${rate} requests a second these credentials may make; wait, or have them raised`;
  return new ProblemError('rate-limited', { status: 429, detail, headers });
}

const overloaded = (detail: string): ProblemError =>
  new ProblemError('overloaded', { status: 503, detail, headers: { 'Retry-After': '1' } });

/** Made once: a server that has too much to do makes no stack traces. */
export const busyLoop: ProblemError = overloaded('this server has more to do than it can; try again');
export const tooManyInFlight: ProblemError = overloaded(
  'this server answers as many requests at once as it may; try again',
);
export const shareUsedUp: ProblemError = overloaded(
  'these credentials have their share of the requests answered at once; ask for fewer at a time',
);
