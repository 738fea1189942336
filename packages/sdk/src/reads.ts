/** What every read of a client shares. */
import type { Time } from '@segment-store/resilience/time';
import { toLookupError } from './errors.ts';
import type { ReadEvents } from './events.ts';
import type { Fallback } from './fallback.ts';
import type { Hold } from './hold.ts';
import type { ErrorCode, LookupError } from './lookup.ts';
import type { Tally } from './stats.ts';

export interface ReadDeps<S extends string> {
  readonly fallback: Fallback<S>;
  readonly deadlineMs: number;
  readonly time: Time;
  readonly tally: Tally;
  readonly events: ReadEvents;
  readonly hold: Hold;
  /** The client's; `closed` is set once. */
  readonly life: { closed: boolean };
}

/** A read refused before anything was asked. */
export const refusal = (code: ErrorCode): LookupError => ({ code, attempts: 0 });

/** A client that was closed meanwhile says so: what closing cut looks like a network failure. */
export function endedBy(error: unknown, { closed }: { readonly closed: boolean }): LookupError {
  const seen = toLookupError(error);
  return closed ? { code: 'CLOSED', attempts: seen.attempts } : seen;
}
