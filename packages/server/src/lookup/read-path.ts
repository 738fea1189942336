/** Rebuilt for each generation. */
import type { CustomerId, RunId } from '@segment-store/contract/id';
import type { Member } from '@segment-store/contract/lines';
import type { Cache, Cached } from '@segment-store/resilience/cached';
import type { CircuitBreaker } from '@segment-store/resilience/circuit-breaker';
import type { Limiter } from '@segment-store/resilience/limit';
import type { Reader } from '@segment-store/store/store';

/** Filters: a repeated value is OR, different names are AND. */
export interface Query {
  readonly customerId: CustomerId;
  readonly view: 'ids' | 'full';
  readonly filters: Readonly<Record<string, readonly string[]>>;
}

/** Facts of the generation only: bytes are encoded once and shared. */
export interface Encoded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
  readonly run: RunId;
}

export interface ReadPathDeps {
  readonly l1: Cache<Query, Encoded>;
  readonly limiter: Limiter;
  readonly breaker: CircuitBreaker;
  readonly ms: { readonly total: number; readonly store: number };
  /** filter ▸ JSON */
  encode(member: Member | undefined, query: Query, from: Reader): Encoded;
}

export declare function createReadPath(reader: Reader, deps: ReadPathDeps): Cached<Query, Encoded>;
