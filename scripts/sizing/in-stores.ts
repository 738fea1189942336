/** What the stack's customers take in its stores: small data, but the real shape. */
import { sumOf } from '@segment-store/services/exposition';
import { get } from '@segment-store/services/service';
import type { Facts } from '@segment-store/stack/door';

interface Share {
  readonly redisBytesPerCustomer: number;
  readonly storeBytesPerMembership: number;
}

/** After somebody has asked. */
export async function inStores({ parts }: Facts): Promise<Share> {
  return {
    redisBytesPerCustomer: await inRedis(`${parts['redis-exporter']?.url}`),
    storeBytesPerMembership: await inElasticsearch(`${parts['elasticsearch-1']?.url}`),
  };
}

async function inRedis(exporter: string): Promise<number> {
  const figures = await get(`${exporter}/metrics`);
  const used = sumOf('redis_memory_used_bytes', figures) - sumOf('redis_memory_used_startup_bytes', figures);
  return used / sumOf('redis_db_keys', figures);
}

/** Of the live generation, without replicas. */
async function inElasticsearch(url: string): Promise<number> {
  const { hits }: Found = JSON.parse(await get(`${url}/segments-control/_search?size=1000`));
  const live = hits.hits.map((hit) => hit._source).find(({ kind, body }) => kind === 'gen' && body.state === 'live');
  if (live === undefined) throw new Error(`${url}: no generation is live`);
  const { run, memberships } = live.body;
  const { _all: all }: Stats = JSON.parse(await get(`${url}/segments-members-${run}/_stats/store`));
  return all.primaries.store.size_in_bytes / memberships;
}

interface Found {
  readonly hits: {
    readonly hits: readonly {
      readonly _source: {
        readonly kind: string;
        readonly body: { readonly state: string; readonly run: string; readonly memberships: number };
      };
    }[];
  };
}

interface Stats {
  readonly _all: { readonly primaries: { readonly store: { readonly size_in_bytes: number } } };
}
