/** An Elasticsearch of the benchmark's own, and the index everybody but ours writes to. */
import { isDeepStrictEqual } from 'node:util';
import { startElasticsearch } from '@segment-store/services/elasticsearch';
import { Pool } from 'undici';

export interface Cluster extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly pool: Pool;
  ask(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>;
  /** An empty index with the settings and the mapping of a build; `alias` writes to it. */
  createIndex(): Promise<{ readonly index: string; readonly alias: string }>;
  /** @throws Error when the index holds another number of documents */
  checkCount(index: string, documents: number): Promise<void>;
  remove(index: string): Promise<void>;
}

/** What a build gives its members index while it is written. */
const wanted = {
  settings: {
    'index.number_of_replicas': '0',
    'index.number_of_shards': '1',
    'index.refresh_interval': '-1',
    'index.translog.durability': 'request',
  },
  mappings: {
    dynamic: 'strict',
    properties: {
      customer_id: { type: 'keyword', index: false, doc_values: false },
      segment_ids: { type: 'keyword', doc_values: false },
    },
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
      await ask('PUT', `/${index}`, { ...wanted, aliases: { [alias]: {} } });
      return { index, alias };
    },
    async checkCount(index, documents) {
      await ask('POST', `/${index}/_refresh`);
      const stored = Reflect.get(Object(await ask('GET', `/${index}/_count`)), 'count');
      if (stored !== documents) throw new Error(`${index} holds ${stored} documents of ${documents}`);
    },
    async remove(index) {
      await ask('DELETE', `/${index}`);
    },
    async [Symbol.asyncDispose]() {
      await pool.close();
      await service.stop();
    },
  };
}

/** Every index is its own in these. */
const OWN = /^index\.(creation_date|provided_name|uuid|version\..*|routing\.allocation\..*)$/;

/** Compared with an index that is made otherwise, a figure would be worth nothing. `alias`: a build's, while it is written. */
export async function checkAlike({ ask }: Cluster, alias: string): Promise<void> {
  const found = Object.entries(Object(await ask('GET', `/${alias}?flat_settings=true`)));
  const [index, { mappings, settings }] = found.find(([name]) => name.includes('-members-')) ?? ['', Object({})];
  const made = Object.fromEntries(Object.entries(Object(settings)).filter(([name]) => !OWN.test(name)));
  if (isDeepStrictEqual({ settings: made, mappings }, wanted)) return;
  throw new Error(
    `the index ${index} of a load is not as the others': ${JSON.stringify({ settings: made, mappings })}`,
  );
}
