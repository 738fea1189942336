/** What runs during the day: Elasticsearch, Redis, and two servers as they are run in production. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startElasticsearch } from '@segment-store/services/elasticsearch';
import { startRedis } from '@segment-store/services/redis';
import { createKey } from '../keys.ts';
import { type Ours, startOurs } from '../ours.ts';
import { ingest, load, writeFolder } from '../population.ts';
import { keysOf } from './callers.ts';
import { first, second } from './generations.ts';

const SERVERS = [0, 1];
/** The balancer hears of a server's end within a tenth of a second. */
const DRAIN = ['--drain-delay-ms', '1000'];

export interface Deployment extends AsyncDisposable {
  readonly root: string;
  /** What each caller sends. */
  readonly keys: Readonly<Record<string, string>>;
  servers(): readonly Ours[];
  loadSecond(): Promise<void>;
  rollBack(): Promise<void>;
  /** SIGSTOP; returns how to let it go on. */
  freezeRedis(): () => void;
  /** SIGKILL. */
  killStore(): Promise<void>;
  /** On its port, with what it had. Resolves when it answers. */
  startStore(): Promise<void>;
  /** SIGTERM, and a new one with the same flags and the same `--state-dir` when it has ended. */
  restart(server: Ours): Promise<void>;
}

export async function deploy(): Promise<Deployment> {
  const root = await mkdtemp(join(tmpdir(), 'bench-day-'));
  const start = (port?: number) =>
    startElasticsearch({
      heapMb: 1024,
      settings: { 'path.data': join(root, 'elasticsearch') },
      ...(port !== undefined && { port }),
    });
  let elasticsearch = await start();
  const redis = await startRedis();
  const place = { store: elasticsearch.url };
  await load(await writeFolder(root, first), place);
  const next = await writeFolder(root, second);
  const file = join(root, 'keys.json');
  const keys = Object.fromEntries(Object.entries(keysOf).map(([caller, key]) => [caller, createKey(file, key)]));
  const own = { file, key: createKey(file, { name: 'figures', class: 'normal', rate: 100, scopes: 'read,admin' }) };
  const startServer = (at: number) => {
    const flags = ['--redis', redis.url, '--state-dir', join(root, `state-${at}`), ...DRAIN];
    return startOurs({ root, store: place.store, keys: own, flags });
  };
  const running = await Promise.all(SERVERS.map(startServer));
  return {
    root,
    keys,
    servers: () => running,
    loadSecond: () => load(next, place),
    rollBack: () => ingest(['rollback'], place),
    freezeRedis() {
      process.kill(redis.pid, 'SIGSTOP');
      return () => process.kill(redis.pid, 'SIGCONT');
    },
    async killStore() {
      process.kill(elasticsearch.pid, 'SIGKILL');
      await elasticsearch.stop();
    },
    async startStore() {
      elasticsearch = await start(Number(new URL(place.store).port));
    },
    async restart(server) {
      const at = running.indexOf(server);
      await server[Symbol.asyncDispose]();
      running[at] = await startServer(at);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map((server) => server[Symbol.asyncDispose]()));
      await Promise.all([elasticsearch.stop(), redis.stop()]);
      await rm(root, { recursive: true, force: true });
    },
  };
}
