/** Answers of the client in the words of OpenFeature. */

import { ErrorCode, type ResolutionDetails, StandardResolutionReasons } from '@openfeature/server-sdk';
import { isCustomerId } from '@segment-store/contract/id';
import type { ErrorCode as LookupCode, LookupError, ServedFrom } from '../lookup.ts';

/** Where an answer came from → reason. A fallback is none: it is an error, so that the caller's default counts. */
const REASONS: Readonly<Record<ServedFrom, string>> = {
  server: StandardResolutionReasons.TARGETING_MATCH,
  cache: StandardResolutionReasons.CACHED,
  bootstrap: StandardResolutionReasons.CACHED,
  stale: StandardResolutionReasons.STALE,
};

/** Codes with a word of their own; all others are `GENERAL`. */
const CODES: Readonly<Partial<Record<LookupCode, ErrorCode>>> = {
  UNKNOWN_SEGMENT: ErrorCode.FLAG_NOT_FOUND,
  CLOSED: ErrorCode.PROVIDER_NOT_READY,
  PROTOCOL: ErrorCode.PARSE_ERROR,
};

interface Provenance {
  readonly servedFrom: ServedFrom;
  readonly ageMs: number;
  readonly known: boolean;
  readonly generation: string;
  readonly computedAt: Date;
  readonly error?: LookupError;
}

export function found<T>(answer: Provenance, value: T, variant: string): ResolutionDetails<T> {
  const { servedFrom, ageMs, known, generation, computedAt, error } = answer;
  return {
    value,
    variant,
    reason: REASONS[servedFrom],
    flagMetadata: {
      servedFrom,
      ageMs,
      known,
      generation,
      computedAt: computedAt.toISOString(),
      ...(error === undefined ? {} : { degradedBy: error.code }),
    },
  };
}

/** What could not be found out. */
export function unresolved<T>(unset: T, { code, attempts }: LookupError, customerId: string): ResolutionDetails<T> {
  const whose = isCustomerId(customerId) ? ErrorCode.FLAG_NOT_FOUND : ErrorCode.INVALID_CONTEXT;
  const errorCode = code === 'INVALID_ID' ? whose : (CODES[code] ?? ErrorCode.GENERAL);
  const details = refused(unset, errorCode, `the segment client answered ${code} after ${attempts} attempts`);
  return { ...details, flagMetadata: { code, attempts } };
}

export const refused = <T>(unset: T, errorCode: `${ErrorCode}`, errorMessage: string): ResolutionDetails<T> => ({
  value: unset,
  reason: StandardResolutionReasons.ERROR,
  errorCode: ErrorCode[errorCode],
  errorMessage,
});
