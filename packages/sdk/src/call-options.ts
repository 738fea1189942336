/** What one call can be told. Reading it never throws: whatever cannot be used counts as not given. */
import { Failure } from '@segment-store/resilience/failure';
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

/** Runs `read` with what the call asks for; the stack's own ceiling still stands above it. */
export function withCall<T>(
  options: CallOptions | undefined,
  time: Time,
  read: (call: Call) => Promise<T>,
): Promise<T> {
  const ms = usable(options, 'deadlineMs', asDuration);
  const deadlineAt = ms === undefined ? Number.POSITIVE_INFINITY : time.now() + ms;
  const followed = usable(options, 'signal', follow);
  if (followed === undefined) return read({ ...unlimited, deadlineAt });
  return read({ signal: followed.signal, deadlineAt }).finally(followed.leave);
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

interface Followed {
  readonly signal: AbortSignal;
  leave(): void;
}

/**
 * A signal of ours that fires with the caller's: theirs may have methods of its own, and any reason, and neither may
 * reach a policy. Throws for what is no signal: the getter of `aborted` does, on a proxy or a look-alike.
 */
function follow(value: unknown): Followed | undefined {
  if (!(value instanceof AbortSignal)) return undefined;
  const ours = new AbortController();
  const abort = () => ours.abort(new Failure('ABORTED', 'the caller aborted the call'));
  if (Reflect.get(AbortSignal.prototype, 'aborted', value)) abort();
  Reflect.apply(EventTarget.prototype.addEventListener, value, ['abort', abort]);
  return {
    signal: ours.signal,
    leave: () => Reflect.apply(EventTarget.prototype.removeEventListener, value, ['abort', abort]),
  };
}

const asDuration = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 ? value : undefined;

/** A copy: what the caller holds may change or throw later. */
function asNames<S extends string>(value: unknown): readonly S[] | undefined {
  return isNames<S>(value) ? Object.freeze([...value]) : undefined;
}

const isNames = <S extends string>(value: unknown): value is readonly S[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');
