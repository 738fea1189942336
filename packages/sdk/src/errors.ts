/** Error codes ⇄ failures. */
import { Failure, type FailureTraits, isFailure } from '@segment-store/resilience/failure';
import type { ErrorCode, LookupError } from './lookup.ts';

/** What `lookupOrThrow` rejects with. Tell it by `code`; two installed copies of this package have two classes. */
export class SegmentLookupError extends Error implements LookupError {
  /** Always this. */
  override readonly name = 'SegmentLookupError';
  /** Why; for programs. */
  readonly code: ErrorCode;
  /** Wire tries; 0 when none left this process, or when the caller left before they were over. */
  readonly attempts: number;

  /** The message says the code's meaning, and never an id. */
  constructor({ code, attempts }: LookupError) {
    super(`lookup failed: ${MEANINGS[code]} (${code}, attempts: ${attempts})`);
    this.code = code;
    this.attempts = attempts;
  }
}

/** Every code there is; the README says what to do about each. */
export const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  TIMEOUT: 'no answer within the deadline',
  ABORTED: 'the caller aborted it',
  NETWORK: 'the service could not be reached or cut the connection',
  OVERLOADED: 'too many requests are in flight, here or at the service',
  CIRCUIT_OPEN: 'the service failed too often and is left alone',
  THROTTLED: 'the service limits this key',
  UNAUTHORIZED: 'the service refused the key, or wants one',
  SERVER: 'the service failed',
  PROTOCOL: 'what answers does not speak the segment API',
  INVALID_ID: 'the customer or segment id can name nothing',
  UNKNOWN_SEGMENT: 'there is no such segment',
  CLOSED: 'the client is closed',
};

/** Anything thrown on the way, as a caller sees it. */
export function toLookupError(error: unknown): LookupError {
  if (isFailure(error) && isErrorCode(error.code)) return { code: error.code, attempts: error.attempts };
  return { code: 'PROTOCOL', attempts: 0 };
}

/** What `lookupOrThrow` rejected with: by shape, because two installed copies of this package have two classes. */
export function thrownError(error: unknown): LookupError | undefined {
  if (!(error instanceof Error && 'code' in error && 'attempts' in error)) return undefined;
  const { code, attempts } = error;
  const isOurs = typeof code === 'string' && isErrorCode(code) && typeof attempts === 'number';
  return isOurs ? { code, attempts } : undefined;
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(MEANINGS, code);

/** What a refusal is known by: HTTP status, problem type, how long to wait, whether to try again at all. */
export interface Refusal {
  readonly status: number;
  readonly type?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly final?: boolean;
}

const PROBLEM = 'urn:segment-store:error:';
export const BY_TYPE: Readonly<Record<string, ErrorCode>> = {
  'invalid-id': 'INVALID_ID',
  unauthorized: 'UNAUTHORIZED',
  forbidden: 'UNAUTHORIZED',
  'unknown-segment': 'UNKNOWN_SEGMENT',
  'rate-limited': 'THROTTLED',
  overloaded: 'OVERLOADED',
  deadline: 'TIMEOUT',
  'store-unavailable': 'SERVER',
  internal: 'SERVER',
};
/** 500 is not among them: asked again, it fails again. */
const WORTH_A_RETRY = [502, 503, 504];

export function refused(refusal: Refusal): Failure<ErrorCode> {
  const { status, type, retryAfterMs, final = false } = refusal;
  const name = type?.startsWith(PROBLEM) ? type.slice(PROBLEM.length) : undefined;
  const code = (name !== undefined && Object.hasOwn(BY_TYPE, name) ? BY_TYPE[name] : undefined) ?? byStatus(status);
  const retryable = WORTH_A_RETRY.includes(status) || (status === 429 && retryAfterMs !== undefined);
  return tried(code, `the service answered ${status}${name ? ` ${name}` : ''}`, {
    fault: status >= 500,
    retryable: retryable && !final,
    retryAfterMs,
    pushback: (status === 429 && (retryAfterMs ?? 0) > 0) || status === 401 || (status === 403 && name !== undefined),
  });
}

function byStatus(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'UNAUTHORIZED';
  if (status === 429) return 'THROTTLED';
  if (status === 504) return 'TIMEOUT';
  return status >= 500 ? 'SERVER' : 'PROTOCOL';
}

/** A reply whose `part` is not what the contract says. */
export const garbled = (part: string, cause?: unknown): Failure<ErrorCode> =>
  tried('PROTOCOL', `the reply has a wrong ${part}`, { fault: true, cause });

/** A failure of one wire try. */
export function tried(code: ErrorCode, message: string, traits: FailureTraits): Failure<ErrorCode> {
  const failure = new Failure(code, message, traits);
  failure.attempts = 1;
  return failure;
}
