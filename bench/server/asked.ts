/** What a load process is told, and what it tells. */
import type { Histogram, Latencies } from './latencies.ts';

/** `zipf`: as callers ask. `each`: one customer after the other, so that a small cache never knows the next. `same`: one. */
type Order = 'zipf' | 'each' | 'same';

/** Status of a server that has more to do than it can. */
export const REFUSED = 503;

export interface Asked {
  readonly port: number;
  readonly key: string;
  readonly order: Order;
  /** Where one customer is asked for, `{id}` in his place. Default: as ours. */
  readonly path?: string;
  /** So many customers a request; more than one by `POST /v1/lookups`. Default 1. */
  readonly batch?: number;
  readonly connections: number;
  /** Answered 200 in the end. */
  readonly requests: number;
  /** Requests begin so many a second, whatever the answers do. Left out: each connection asks when it was answered. */
  readonly perSecond?: number;
}

export interface Answered {
  readonly seconds: number;
  /** Of those answered 200. */
  readonly latency: Latencies;
  /** Of the same. */
  readonly histogram: Histogram;
  /** Answered 503: the server had more to do than it could. */
  readonly refused: number;
  /** How much later than intended requests were sent: this process's own fault. At a constant rate only. */
  readonly lag?: Latencies;
}
