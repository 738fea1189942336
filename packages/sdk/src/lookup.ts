/** What a lookup answers. */

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

export interface LookupError {
  readonly code: ErrorCode;
  /** Wire tries made; 0 when none left this process. */
  readonly attempts: number;
}

/** What the service said of one customer, of one generation. */
export interface Answer<S extends string = string> {
  readonly segmentIds: readonly S[];
  /** False: the service has never seen this customer. */
  readonly known: boolean;
  /** False: complement segments were left out. */
  readonly complete: boolean;
  readonly generation: string;
  readonly computedAt: Date;
}

export type Lookup<S extends string = string> =
  | (Answer<S> & {
      readonly ok: true;
      readonly servedFrom: 'server' | 'cache' | 'bootstrap' | 'stale';
      /** Milliseconds since the service gave this answer. */
      readonly ageMs: number;
      /** Why the answer is stale. */
      readonly error?: LookupError;
    })
  | {
      readonly ok: false;
      readonly servedFrom: 'fallback';
      readonly segmentIds: readonly S[];
      readonly error: LookupError;
    };

/** One membership, with where it came from; `member` is the fallback's word when `ok` is false. */
export type Membership = { readonly member: boolean } & (
  | {
      readonly ok: true;
      readonly known: boolean;
      readonly generation: string;
      readonly computedAt: Date;
      readonly servedFrom: 'server' | 'cache' | 'bootstrap' | 'stale';
      readonly ageMs: number;
      readonly error?: LookupError;
    }
  | { readonly ok: false; readonly servedFrom: 'fallback'; readonly error: LookupError }
);
