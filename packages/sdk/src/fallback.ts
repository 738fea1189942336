/** What a read says when nothing can be found out. */
import { deadline } from '@segment-store/resilience/deadline';
import { unlimited } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';
import type { LookupError } from './lookup.ts';

/** A read that could not find out. */
export interface FailedRead {
  /** Whose segments, or membership, could not be found out. */
  readonly customerId: string;
  /** Why it could not. */
  readonly error: LookupError;
}

/**
 * The segment ids a customer is taken to be in, or a function that gives them. A promise has what is left of the deadline,
 * 5 ms at least; what it does not give in time, throws, or gives that is no list of strings counts as `[]`.
 */
export type Fallback<S extends string = string> =
  | readonly S[]
  | ((failed: FailedRead) => readonly S[] | PromiseLike<readonly S[]>);

/** A read that must fall back: whose, to what, and until when. */
export interface Missed<S extends string> {
  readonly id: string;
  readonly instead: Fallback<S>;
  readonly until: number;
}

const GRACE_MS = 5;

export async function fallenBack<S extends string>(
  error: LookupError,
  { id, instead, until }: Missed<S>,
  time: Time,
): Promise<readonly S[]> {
  if (typeof instead !== 'function') return instead;
  try {
    const ms = Math.max(GRACE_MS, until - time.now());
    const given = deadline(ms, time)(async () => instead({ customerId: id, error }));
    return asNames<S>(await given(undefined, unlimited)) ?? NONE;
  } catch {
    return NONE;
  }
}

const NONE: readonly never[] = Object.freeze([]);

/** A copy: what the caller holds may change or throw later. */
export function asNames<S extends string>(value: unknown): readonly S[] | undefined {
  return isNames<S>(value) ? Object.freeze([...value]) : undefined;
}

const isNames = <S extends string>(value: unknown): value is readonly S[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');
