/** What every read of a client shares. */
import type { Call } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';
import { toLookupError } from './errors.ts';
import type { LookupEvent, ReadEvents } from './events.ts';
import type { Fallback } from './fallback.ts';
import type { Hold } from './hold.ts';
import type { ErrorCode, Lookup, LookupError, Membership } from './lookup.ts';
import { counted, type Tally } from './stats.ts';

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

/** Counts every answer of a kind of read, tells it to who watches, and hands it on. */
export const telling =
  (read: LookupEvent['read'], { tally, events }: Pick<ReadDeps<string>, 'tally' | 'events'>) =>
  <R extends Lookup | Membership>(answer: R): R => {
    events.answered(read, answer);
    return counted(tally, answer);
  };

/** When a read must have settled: the caller's time or the client's, whichever is over first. */
export const endOf = (
  { deadlineAt }: Call,
  { time, deadlineMs }: Pick<ReadDeps<string>, 'time' | 'deadlineMs'>,
): number => Math.min(deadlineAt, time.now() + deadlineMs);

/** A read refused before anything was asked. */
export const refusal = (code: ErrorCode): LookupError => ({ code, attempts: 0 });

/** A client that was closed meanwhile says so: what closing cut looks like a network failure. */
export function endedBy(error: unknown, { closed }: { readonly closed: boolean }): LookupError {
  const seen = toLookupError(error);
  return closed ? { code: 'CLOSED', attempts: seen.attempts } : seen;
}
