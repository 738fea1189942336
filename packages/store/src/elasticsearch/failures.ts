/** What went wrong with a request, in the words of the port. */
import { isFailure } from '@segment-store/resilience/failure';
import { refusal } from '../refusal.ts';

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Answered {
  readonly statusCode: number;
  readonly headers: Headers;
}

export type Refused =
  | { readonly kind: 'status'; status: number; headers: Headers; body: unknown; readonly error: unknown }
  | { readonly kind: 'connection' | 'not JSON'; readonly error: Error }
  | { readonly kind: 'other'; readonly error: unknown };

interface Context {
  /** The address, without credentials. */
  readonly name: string;
  readonly request: { readonly method: string; readonly path: string; timeoutMs: number; isPrivate?: boolean };
}

const AGAIN: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);
/** The disk is full or the index is read-only: trying again does not help. */
export const BLOCKED = 'cluster_block_exception';

export const isElasticsearch = (headers: Headers): boolean => headers['x-elastic-product'] === 'Elasticsearch';

export function notElasticsearch(name: string, { statusCode, headers }: Answered): Error {
  const what = [headers.server, headers['content-type']].filter((text) => text !== undefined).join(', ');
  return refusal('UNSUPPORTED', `${name} is not Elasticsearch: it answered ${statusCode} (${what || 'no headers'})`);
}

export function toFailure(refused: Refused, { name, request }: Context): unknown {
  const { error } = refused;
  const what = request.isPrivate ? request.method : `${request.method} ${request.path}`;
  switch (refused.kind) {
    case 'status':
      return ofStatus(refused, name, request.isPrivate ? what : `${what}${reasonIn(refused.body)}`);
    case 'connection':
      if (/Parse Error|Expected HTTP/i.test(refused.error.message)) {
        return refusal('UNSUPPORTED', `${name} is not Elasticsearch: it does not answer in HTTP`, { cause: error });
      }
      return unavailable(`${name} cannot be reached (${refused.error.message})`, error);
    case 'not JSON':
      return refusal('UNSUPPORTED', `${name} answered ${what} with something that is not JSON`, { cause: error });
    default:
      if (!isFailure(error) || error.code !== 'TIMEOUT') return error;
      return unavailable(`${name} did not answer ${what} within ${request.timeoutMs} ms`, error);
  }
}

type RefusedByStatus = Extract<Refused, { kind: 'status' }>;

function ofStatus({ status, headers, body, error }: RefusedByStatus, name: string, what: string): Error {
  const type = errorType(body);
  const answered = `${name} answered ${status} ${type} to ${what}`;
  if (type === BLOCKED) return refusal('UNAVAILABLE', `${answered}: free disk space, then run again`, { cause: error });
  if (AGAIN.has(status)) return unavailable(answered, error);
  if (status === 401 || status === 403)
    return refusal('DENIED', `${answered}: check its credentials`, { cause: error });
  if (!isElasticsearch(headers)) return notElasticsearch(name, { statusCode: status, headers });
  if (type === 'media_type_header_exception') return refusal('UNSUPPORTED', `${name} is older than Elasticsearch 9`);
  if (status >= 500) return refusal('UNAVAILABLE', answered, { fault: true, cause: error });
  return refusal(status === 404 ? 'NOT_FOUND' : 'CONFLICT', answered, { cause: error });
}

function unavailable(message: string, cause: unknown): Error {
  return refusal('UNAVAILABLE', message, { fault: true, retryable: true, cause });
}

/** Elasticsearch's own name for what went wrong; empty when the answer has none. */
export function errorType(body: unknown): string {
  const type = member(member(body, 'error'), 'type');
  return typeof type === 'string' ? type : '';
}

function reasonIn(body: unknown): string {
  const reason = member(member(body, 'error'), 'reason');
  return typeof reason === 'string' ? `: ${reason.slice(0, 200)}` : '';
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
