/** What one call can be told. Reading it never throws: whatever cannot be used counts as not given. */
import { type Call, unlimited } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';

export interface CallOptions<S extends string = string> {
  /** Ends this call as `ABORTED`; a request others wait for goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Shortens the client's `deadlineMs` for this call; a longer one changes nothing. */
  readonly deadlineMs?: number | undefined;
  /** Replaces the client's `fallback` for this call. */
  readonly fallback?: readonly S[] | undefined;
}

/** What the call asks for; the stack's own ceiling still stands above it. */
export function callOf(options: CallOptions | undefined, time: Time): Call {
  const signal = usable(options, 'signal', asSignal);
  const ms = usable(options, 'deadlineMs', asDuration);
  if (signal === undefined && ms === undefined) return unlimited;
  return {
    signal: signal ?? unlimited.signal,
    deadlineAt: ms === undefined ? Number.POSITIVE_INFINITY : time.now() + ms,
  };
}

export const fallbackOf = <S extends string>(options: CallOptions<S> | undefined, unset: readonly S[]): readonly S[] =>
  usable(options, 'fallback', asNames<S>) ?? unset;

/** Options may be a proxy, a number that `map` passed, or hold a getter that throws. */
function usable<T>(options: object | undefined, name: string, as: (value: unknown) => T | undefined): T | undefined {
  if (options === undefined) return undefined;
  try {
    return as(Reflect.get(options, name));
  } catch {
    return undefined;
  }
}

/** A real one: the getter of `aborted` throws on a proxy or a look-alike. */
const asSignal = (value: unknown): AbortSignal | undefined =>
  value instanceof AbortSignal && typeof value.aborted === 'boolean' ? value : undefined;

const asDuration = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 ? value : undefined;

/** A copy: what the caller holds may change or throw later. */
function asNames<S extends string>(value: unknown): readonly S[] | undefined {
  return isNames<S>(value) ? Object.freeze([...value]) : undefined;
}

const isNames = <S extends string>(value: unknown): value is readonly S[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');
