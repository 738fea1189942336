/** What one call can be told. Reading it never throws: whatever cannot be used counts as not given. */
import { Failure } from '@segment-store/resilience/failure';
import { type Call, type Priority, unlimited } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';
import { asNames, type Fallback } from './fallback.ts';

/** What one call can be told. What cannot be used (a negative deadline, a signal that is none) counts as not given. */
export interface CallOptions<S extends string = string> {
  /** Ends this call as `ABORTED`; a request others wait for goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Shortens the client's `deadlineMs` for this call; a longer one changes nothing. */
  readonly deadlineMs?: number | undefined;
  /** When the caller's own time is over, as `performance.now()` counts: shortens this call like `deadlineMs`. */
  readonly deadlineAt?: number | undefined;
  /**
   * Serves this call an answer that is not fresh only below this age, in milliseconds; what is older is asked for, and
   * when that fails, not used. 0: only fresh answers. Default: what the client's options allow.
   */
  readonly maxStaleMs?: number | undefined;
  /** Replaces the client's `fallback` for this call. */
  readonly fallback?: Fallback<S> | undefined;
  /**
   * Who is refused first when many requests are in flight: `sheddable` at 70 % of the limit, `normal` (default) at 90 %,
   * `critical` at all of it.
   */
  readonly priority?: 'critical' | 'normal' | 'sheddable' | undefined;
  /** Sent along with a request made for this call alone: a W3C trace context, `00-<trace>-<span>-<flags>`. */
  readonly traceparent?: string | undefined;
}

/** Runs `read` with what the call asks for; the stack's own ceiling still stands above it. */
export function withCall<T>(
  options: CallOptions | undefined,
  time: Time,
  read: (call: Call) => Promise<T>,
): Promise<T> {
  if (options === undefined) return read(unlimited);
  const ms = usable(options, 'deadlineMs', asDuration) ?? Number.POSITIVE_INFINITY;
  const at = usable(options, 'deadlineAt', asTime) ?? Number.POSITIVE_INFINITY;
  const call = {
    ...unlimited,
    deadlineAt: Math.min(at, time.now() + ms),
    maxStaleMs: usable(options, 'maxStaleMs', asDuration),
    priority: usable(options, 'priority', asPriority),
    traceparent: usable(options, 'traceparent', asTraceparent),
  };
  const followed = usable(options, 'signal', follow);
  if (followed === undefined) return read(call);
  return read({ ...call, signal: followed.signal }).finally(followed.leave);
}

export const fallbackOf = <S extends string>(options: CallOptions<S> | undefined, unset: Fallback<S>): Fallback<S> =>
  usable(options, 'fallback', asFallback<S>) ?? unset;

/** Options may be a proxy, a number that `map` passed, or hold a getter that throws. */
export function usable<T>(
  options: object | undefined,
  name: string,
  as: (value: unknown) => T | undefined,
): T | undefined {
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

export const asDuration = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 ? value : undefined;

const asTime = (value: unknown): number | undefined =>
  typeof value === 'number' && !Number.isNaN(value) ? value : undefined;

const asPriority = (value: unknown): Priority | undefined =>
  value === 'critical' || value === 'normal' || value === 'sheddable' ? value : undefined;

const asTraceparent = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/.test(value) ? value : undefined;

const asFallback = <S extends string>(value: unknown): Fallback<S> | undefined =>
  isGiver<S>(value) ? value : asNames<S>(value);

const isGiver = <S extends string>(value: unknown): value is Extract<Fallback<S>, (...args: never[]) => unknown> =>
  typeof value === 'function';
