/** An Elasticsearch of the benchmark's own, warm: its first seconds are several times slower. */
import { startElasticsearch } from '@segment-store/services/elasticsearch';
import { Pool } from 'undici';

export interface Cluster extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly pool: Pool;
  ask(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>;
  /** An empty index with the settings and the mapping of a build; `alias` writes to it. */
  createIndex(): Promise<{ readonly index: string; readonly alias: string }>;
  count(index: string): Promise<number>;
}

/** What a build gives its members index; the benchmark fails when `ours` made another one. */
export const buildSettings = { refresh_interval: '-1', number_of_replicas: 0, number_of_shards: 1 };
export const mappings = {
  dynamic: 'strict',
  properties: {
    customer_id: { type: 'keyword', index: false, doc_values: false },
    segment_ids: { type: 'keyword', doc_values: false },
  },
};

export async function startCluster(): Promise<Cluster> {
  const service = await startElasticsearch({ heapMb: 1024 });
  const pool = new Pool(service.url, { connections: 64, pipelining: 1 });
  let indices = 0;
  const ask: Cluster['ask'] = async (method, path, body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await pool.request({ method, path, ...(body && { body: JSON.stringify(body), headers }) });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
  return {
    url: service.url,
    pid: service.pid,
    pool,
    ask,
    async createIndex() {
      indices += 1;
      const [index, alias] = [`bench-${indices}`, `bench-${indices}-alias`];
      await ask('PUT', `/${index}`, { settings: buildSettings, mappings, aliases: { [alias]: {} } });
      return { index, alias };
    },
    async count(index) {
      await ask('POST', `/${index}/_refresh`);
      return Number(Reflect.get(Object(await ask('GET', `/${index}/_count`)), 'count'));
    },
    async [Symbol.asyncDispose]() {
      await pool.close();
      await service.stop();
    },
  };
}
