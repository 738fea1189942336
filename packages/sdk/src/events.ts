/** What can be watched from outside: `channels.ts` publishes it where there is Node. No id is ever in it. */
import type { ErrorCode, Lookup, Membership, ServedFrom } from './lookup.ts';

/** `segment-store:lookup`: one read as it was answered; `peek` included when it found something. */
export interface LookupEvent {
  /** Whether all segments of a customer were asked for, or one membership. */
  readonly read: 'segments' | 'membership';
  /** Where the answer came from. */
  readonly servedFrom: ServedFrom | 'fallback';
  /** Milliseconds the answer has spent in caches; undefined for a fallback. */
  readonly ageMs?: number;
  /** Why it is stale or a fallback. */
  readonly code?: ErrorCode;
  /** Wire tries that failed for it. */
  readonly attempts?: number;
}

/** `segment-store:refresh`: a stale answer was asked for again behind its reader; `code` when that failed. */
export interface RefreshEvent {
  /** Why it failed. */
  readonly code?: ErrorCode;
}

/** `segment-store:breaker`: the circuit of an origin opened, let a probe through, or closed. */
export interface BreakerEvent {
  /** Scheme, host and port of the service. */
  readonly origin: string;
  /** Its new state: `open` lets nothing through, `half-open` one probe. */
  readonly state: 'closed' | 'open' | 'half-open';
}

/** `segment-store:limit`: how many requests of an origin may now be in flight. */
export interface LimitEvent {
  /** Scheme, host and port of the service. */
  readonly origin: string;
  /** Requests, at most. */
  readonly limit: number;
}

type Read = Lookup | Membership;

export interface ReadEvents {
  /** Whether anybody watches. */
  readonly lookups: { readonly hasSubscribers: boolean };
  answered(read: LookupEvent['read'], answer: Read): void;
  /** Runs a read that may have to ask. */
  asking<R extends Read>(read: LookupEvent['read'], ask: () => Promise<R>): Promise<R>;
}

/** Where nobody can watch. */
export const unwatched: ReadEvents = {
  lookups: { hasSubscribers: false },
  answered: () => {},
  asking: (_, ask) => ask(),
};
