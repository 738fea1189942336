/** Codes of the contract → problems (RFC 9457). */
import type { components } from '@segment-store/contract/api.generated';
import { isFailure } from '@segment-store/resilience/failure';
import { NO_SNIFF } from './json.ts';

export type Problem = components['schemas']['Problem'];
type Kind = keyof typeof titles;

const titles = {
  'invalid-request': 'The request does not follow the contract',
  'invalid-id': 'An id does not follow its form',
  unauthorized: 'Nobody is let in with these credentials',
  forbidden: 'Not allowed here',
  'unknown-segment': 'The served generation has no such segment',
  conflict: 'The request was made against another state',
  'rate-limited': 'More requests than these credentials may make',
  overloaded: 'The server is busy',
  deadline: 'Not within the time the caller gives',
  'store-unavailable': 'The store cannot answer',
  internal: 'Unexpected failure',
} as const;

interface ProblemOptions {
  readonly status: number;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown anywhere in a route, it becomes the answer. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  constructor(kind: Kind, { status, detail, headers = {} }: ProblemOptions) {
    super(detail);
    this.problem = { type: `urn:segment-store:error:${kind}`, title: titles[kind], status, detail };
    this.headers = headers;
  }
}

export const invalidRequest = (detail: string, status = 400): ProblemError =>
  new ProblemError('invalid-request', { status, detail });
export const invalidId = (detail: string): ProblemError => new ProblemError('invalid-id', { status: 400, detail });
export const conflict = (detail: string, status = 409): ProblemError =>
  new ProblemError('conflict', { status, detail });
/** Without `Retry-After`: another server may answer at once. */
export const storeUnavailable = (detail: string): ProblemError =>
  new ProblemError('store-unavailable', { status: 503, detail });

/** What a caller may know of an error; `undefined` for one nobody expected. */
function expected(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  if (!isFailure(error)) return undefined;
  if (error.code === 'OVERLOADED') {
    const detail = 'too many reads of the store are in flight; try again';
    return new ProblemError('overloaded', { status: 503, detail, headers: { 'Retry-After': '1' } });
  }
  if (error.code === 'TOO_LATE') return new ProblemError('deadline', { status: 503, detail: error.message });
  return storeUnavailable(`the store did not answer (${error.code}); try again`);
}

/** Of the answer that this error becomes, for figures; 499 for a caller that has left. */
export function statusOf(error: unknown): number {
  if (isFailure(error) && error.code === 'ABORTED') return 499;
  return expected(error)?.problem.status ?? 500;
}

export function problemOf(error: unknown, report: (error: unknown) => void): ProblemError {
  const known = expected(error);
  if (known !== undefined) return known;
  report(error);
  return new ProblemError('internal', { status: 500, detail: "the server's own log says more" });
}

/** Status, headers and body, for whoever writes them. */
export function printProblem({ problem, headers }: ProblemError): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  const body = JSON.stringify(problem);
  const type = { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...NO_SNIFF };
  const length = { 'Content-Length': `${Buffer.byteLength(body)}` };
  return { status: problem.status, headers: { ...type, ...length, ...headers }, body };
}

export function toResponse(error: ProblemError): Response {
  const { status, headers, body } = printProblem(error);
  return new Response(body, { status, headers });
}
