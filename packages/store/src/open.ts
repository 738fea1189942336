import type { Store } from './store.ts';

export interface StoreOptions {
  /** Separates deployments in one Elasticsearch: `^[a-z][a-z0-9-]{0,47}$`. Default `segments`. Elasticsearch only. */
  readonly prefix?: string;
  /** Primary shards of a members index. Default 1. Elasticsearch only. */
  readonly shards?: number;
  /** A lease not renewed for this long is dead; renewed every third of it. Default 60,000. */
  readonly leaseMs?: number;
  /** How often `live` looks. Default 2,000. */
  readonly pollMs?: number;
}

/** `embedded:<dir>` or `http(s)://…`. No I/O yet. @throws TypeError naming the URL and the forms */
export declare function openStore(url: string, options?: StoreOptions): Store;
