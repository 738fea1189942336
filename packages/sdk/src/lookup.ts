/** What a lookup answers. */
import type { Entry } from '@segment-store/resilience/cached';

/** Why something could not be found out; the README says what each means and what to do about it. */
export type ErrorCode =
  | 'TIMEOUT'
  | 'ABORTED'
  | 'NETWORK'
  | 'OVERLOADED'
  | 'CIRCUIT_OPEN'
  | 'THROTTLED'
  | 'UNAUTHORIZED'
  | 'SERVER'
  | 'PROTOCOL'
  | 'INVALID_ID'
  | 'UNKNOWN_SEGMENT'
  | 'CLOSED';

/** Why an answer is stale or a fallback: data, never an id in it. */
export interface LookupError {
  /** For programs. */
  readonly code: ErrorCode;
  /** Wire tries; 0 when none left this process, or when the caller left before they were over. */
  readonly attempts: number;
}

/** What the service said of one customer, of one generation. */
export interface Answer<S extends string = string> {
  /** Frozen, and shared by every customer in the same segments. */
  readonly segmentIds: readonly S[];
  /** False: the service has never seen this customer. */
  readonly known: boolean;
  /** False: complement segments were left out. */
  readonly complete: boolean;
  /** Run id of the calculation that it is of. */
  readonly generation: string;
  /** Wall clock of the calculation. Frozen, and shared by every answer of the generation. */
  readonly computedAt: Date;
}

/**
 * Where an answer came from: `stale` is older than it should be, because refreshing runs behind or failed; `bootstrap` is
 * what the client was started with.
 */
export type ServedFrom = 'server' | 'cache' | 'bootstrap' | 'stale';

/** `ok` tells "the service said" from "could not find out": an empty `segmentIds` means different things in the two. */
export type Lookup<S extends string = string> =
  | (Answer<S> & {
      /** The service said so, now or earlier. */
      readonly ok: true;
      /** Where the answer came from. */
      readonly servedFrom: ServedFrom;
      /** Milliseconds the answer has spent in caches, the service's and this client's. */
      readonly ageMs: number;
      /** Why the answer is stale. */
      readonly error?: LookupError;
    })
  | {
      /** It could not be found out. */
      readonly ok: false;
      /** The client's fallback, or the call's. */
      readonly servedFrom: 'fallback';
      /** What the fallback says. */
      readonly segmentIds: readonly S[];
      /** Why it could not. */
      readonly error: LookupError;
    };

/** What the service said of one customer in one segment. */
export interface MembershipFacts {
  /** Whether the customer is in the segment. */
  readonly member: boolean;
  /** False: the service has never seen this customer. */
  readonly known: boolean;
  /** Run id of the calculation that it is of. */
  readonly generation: string;
  /** Wall clock of the calculation. */
  readonly computedAt: Date;
}

/** One membership, with where it came from; `member` is the fallback's word when `ok` is false. */
export type Membership =
  | (MembershipFacts & {
      /** The service said so, now or earlier. */
      readonly ok: true;
      /** Where the answer came from. */
      readonly servedFrom: ServedFrom;
      /** Milliseconds the answer has spent in caches, the service's and this client's. */
      readonly ageMs: number;
      /** Why the answer is stale. */
      readonly error?: LookupError;
    })
  | {
      /** It could not be found out. */
      readonly ok: false;
      /** Whether the fallback holds the segment. */
      readonly member: boolean;
      /** The client's fallback, or the call's. */
      readonly servedFrom: 'fallback';
      /** Why it could not. */
      readonly error: LookupError;
    };

/** Facts as a reply brought them; one object, because a hit should touch as little memory as it can. */
export type Reply<T> = T & ReplyHead;

export interface ReplyHead {
  /** In which the answer's generation went live. */
  readonly epoch: number;
  /** How long the facts had been in the service's cache. */
  readonly ageMs: number;
  /** How long it is fresh, in the service's own word. */
  readonly freshMs?: number | undefined;
  /** Of an older generation than the one the service answers from. */
  readonly outdated: boolean;
  /** What the client was started with. */
  readonly bootstrap?: boolean;
}

/** Whether an answer decides a membership: an incomplete one can say yes, not no. */
export function decides(answer: Answer, segment: string): boolean | undefined {
  if (answer.segmentIds.includes(segment)) return true;
  return answer.complete ? false : undefined;
}

/** A lookup as a caller sees it. */
export function lookupOf<S extends string>(
  { value, ageMs }: Entry<Reply<Answer<S>>>,
  from: ServedFrom,
): Lookup<S> & { ok: true } {
  const { segmentIds, known, complete, generation, computedAt } = value;
  return {
    ok: true,
    servedFrom: from,
    ageMs: ageMs + value.ageMs,
    segmentIds,
    known,
    complete,
    generation,
    computedAt,
  };
}

/** The freshness of an entry as `servedFrom` says it; `asked` when it was not in the cache before. */
export function servedFrom(entry: Entry<ReplyHead>, asked: boolean): ServedFrom {
  if (entry.value.bootstrap) return 'bootstrap';
  if (entry.freshness !== 'fresh' || entry.value.outdated) return 'stale';
  return asked ? 'server' : 'cache';
}
