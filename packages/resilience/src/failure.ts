/** Why an operation failed, as far as a policy must know. */

export interface FailureTraits {
  /** The dependency is at fault: a sample for the breaker. Refusals of ours and bad requests are none. Default false. */
  readonly fault?: boolean;
  /** Trying again may help. Default false. */
  readonly retryable?: boolean;
  /** The dependency asked to wait this long. */
  readonly retryAfterMs?: number | undefined;
  /** The dependency wants no call of ours for now, whatever it asks for. Default false. */
  readonly pushback?: boolean;
  readonly cause?: unknown;
}

/** Codes the policies of this package produce; adapters add their own (`NETWORK`, `UNAVAILABLE`, …). */
export type PolicyCode = 'TIMEOUT' | 'ABORTED' | 'OVERLOADED' | 'CIRCUIT_OPEN';

export class Failure<Code extends string = string> extends Error {
  override readonly name: string = 'Failure';
  readonly code: Code;
  readonly fault: boolean;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly pushback: boolean;
  /** Wire tries made; 0 when none left this process. Set by `retry`. */
  attempts: number = 0;

  constructor(code: Code, message: string, traits: FailureTraits = {}) {
    super(message, traits); // its `cause`, if there is one
    this.code = code;
    this.fault = traits.fault ?? false;
    this.retryable = traits.retryable ?? false;
    this.retryAfterMs = traits.retryAfterMs;
    this.pushback = traits.pushback ?? false;
  }
}

/** By shape, never by class: two installed copies of this package still agree. */
export function isFailure(error: unknown): error is Failure {
  return error instanceof Error && 'code' in error && 'fault' in error && 'retryable' in error && 'attempts' in error;
}
