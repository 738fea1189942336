/** Answers that are not in memory: from the embedded store, from Redis, from Elasticsearch. */
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import { startElasticsearch } from '@segment-store/services/elasticsearch';
import { startRedis } from '@segment-store/services/redis';
import { Redis } from 'ioredis';
import { open } from 'lmdb';
import { withFigures } from '../ratio.ts';
import { attempt, report } from '../report.ts';
import { openArena } from './arena.ts';
import { ask } from './duel.ts';
import { missRow } from './misses.ts';
import { type Ours, startOurs } from './ours.ts';
import { customerId, publish, RUN, segmentsOf } from './population.ts';
import { CUSTOMERS } from './scale.ts';

const SEGMENTS = 1_000;
const PASSES = 10;
/** Room for some two thousand answers. */
const SMALL = ['--cache-mb', '1'];

await using arena = await openArena(SEGMENTS);
const { root, store, load } = arena;

await attempt('lmdb-miss-cpu-vs-get', async () => {
  await using ours = await startOurs({ root, store, flags: SMALL });
  const bare = open<readonly string[], string>({ path: join(root, 'bare-lmdb'), encoding: 'json' });
  const ids = Array.from({ length: CUSTOMERS }, (_, index) => index);
  await Promise.all(ids.map((index) => bare.put(customerId(index), segmentsOf(index, SEGMENTS))));
  const call = async ([id = '']: readonly string[]) => bare.get(id)?.length ?? 0;
  report(await missRow({ name: 'lmdb-miss-cpu-vs-get', load, ours, batch: 1, call }));
  await bare.close();
});

await attempt('redis-hit-cpu-vs-get', async () => {
  const redis = await startRedis();
  const bare = new Redis(redis.url);
  try {
    await using ours = await startOurs({ root, store, flags: [...SMALL, '--redis', redis.url] });
    await fill(ours, bare);
    const prefix = `segments:${(await bare.randomkey())?.split(':')[1]}:id:`;
    const call = async ([id = '']: readonly string[]) => ((await bare.getBuffer(`${prefix}${id}`)) === null ? 0 : 5);
    const [hits, misses] = ['hit', 'miss'].map(
      (result) => `segment_cache_requests_total{tier="redis",result="${result}"`,
    );
    const before = await ours.figure(hits ?? '');
    const missesBefore = await ours.figure(misses ?? '');
    const row = await missRow({ name: 'redis-hit-cpu-vs-get', load, ours, batch: 1, call });
    const found = (await ours.figure(hits ?? '')) - before;
    const missed = (await ours.figure(misses ?? '')) - missesBefore;
    report(withFigures(row, { ...row.beside, redisHits: found, redisMisses: missed }));
  } finally {
    bare.disconnect();
    await redis.stop();
  }
});

await attempt('es-miss-cpu-vs-get, mget-cpu-vs-mget', async () => {
  const service = await startElasticsearch({ heapMb: 1024 });
  const bare = new Client({ node: service.url });
  try {
    const population = { customers: CUSTOMERS, segments: SEGMENTS };
    await publish(join(root, 'for-elasticsearch'), population, { store: service.url });
    // A read that the busy machine makes late is none that the client did not make.
    const flags = [...SMALL, '--store-timeout-ms', '10000'];
    await using ours = await startOurs({ root, store: service.url, flags });
    const index = `segments-members-${RUN}`;
    const get = async ([id = '']: readonly string[]) =>
      (await bare.get<Stored>({ index, id }))._source?.segment_ids.length ?? 0;
    report(await missRow({ name: 'es-miss-cpu-vs-get', load, ours, batch: 1, call: get }));
    const mget = async (ids: readonly string[]) => {
      const { docs } = await bare.mget<Stored>({ index, ids: [...ids] });
      return docs.reduce((sum, doc) => sum + ('_source' in doc ? (doc._source?.segment_ids.length ?? 0) : 0), 0);
    };
    report(await missRow({ name: 'mget-cpu-vs-mget', load, ours, batch: 100, call: mget }));
  } finally {
    await bare.close();
    await service.stop();
  }
});

/** Nobody waits for what is written to Redis, and on a busy machine some of it is given up: until all are there. */
async function fill(ours: Ours, redis: Redis): Promise<void> {
  for (let pass = 0; pass < PASSES && (await redis.dbsize()) < CUSTOMERS; pass += 1) {
    await ask(load, ours, { order: 'each', requests: CUSTOMERS });
  }
}

interface Stored {
  readonly segment_ids: readonly string[];
}
