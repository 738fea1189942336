/** The only file that imports the Redis client: a command goes out at once on a connection that is ready, or fails at once. */
import { Failure, isFailure } from '@segment-store/resilience/failure';
import type { Operation } from '@segment-store/resilience/operation';
import { Redis, type RedisOptions } from 'ioredis';

interface Entry {
  readonly key: string;
  readonly value: Buffer;
  readonly ttlMs: number;
}

export interface RedisConnection {
  /** In the order of the keys, null where there is none. UNAVAILABLE when it cannot be read. */
  readonly get: Operation<readonly string[], readonly (Buffer | null)[]>;
  /** All in one round trip. UNAVAILABLE when it cannot be written; a full Redis says nothing of its reads. */
  readonly set: Operation<readonly Entry[], void>;
  close(): void;
}

export interface RedisWatch {
  onReady(): void;
  /** Not ready any more, or still not. */
  onTrouble(error: Error): void;
  /** A command, or several in one round trip, ended well or badly. */
  onCalled(call: { readonly name: 'mget' | 'set'; readonly seconds: number }): void;
}

/**
 * Silence of this length, with a command under way, ends the connection: a frozen process looks like that. Longer than a
 * pause of our own, which would look the same; requests have deadline and breaker.
 */
const SILENCE_MS = 1_000;
const CONNECT_MS = 1_000;
const LONGEST_REST_MS = 2_000;

/**
 * Each default of the client that would let a request wait is turned off. There is no `commandTimeout`: whoever asks
 * has a deadline. There is no auto-pipelining: it holds commands back while others are under way.
 */
const OPTIONS = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  socketTimeout: SILENCE_MS,
  connectTimeout: CONNECT_MS,
  connectionName: 'segment-server',
  disableClientInfo: true,
  retryStrategy: (times: number) => Math.min(LONGEST_REST_MS, 50 * 2 ** Math.min(times, 6)) * (0.5 + Math.random() / 2),
} satisfies RedisOptions;

/** Connects now, and again whenever the connection ends: never inside a request. */
export function connectRedis(url: string, { onReady, onTrouble, onCalled }: RedisWatch): RedisConnection {
  const client = new Redis(url, OPTIONS);
  client.on('ready', onReady);
  client.on('error', onTrouble);
  const timed = async <T>(name: 'mget' | 'set', call: () => Promise<T>): Promise<T> => {
    checkReady(client);
    const startedAt = performance.now();
    return call().finally(() => onCalled({ name, seconds: (performance.now() - startedAt) / 1_000 }));
  };
  return {
    get: (keys) =>
      timed('mget', () => client.mgetBuffer(...keys)).catch((error) => {
        throw isFailure(error) ? error : failed(error, { fault: true });
      }),
    async set(entries) {
      const pipeline = client.pipeline();
      for (const { key, value, ttlMs } of entries) pipeline.set(key, value, 'PX', ttlMs);
      const results = (await timed('set', () => pipeline.exec())) ?? [];
      const error = results.find(([one]) => one)?.[0];
      if (error) throw failed(error, { fault: error.name !== 'ReplyError' });
    },
    close: () => client.disconnect(),
  };
}

/** Known without asking, so no sample for a breaker. */
function checkReady({ status }: Redis): void {
  if (status !== 'ready') throw new Failure('UNAVAILABLE', `redis is not connected (${status})`);
}

const failed = (cause: Error, { fault }: { readonly fault: boolean }): Failure =>
  new Failure('UNAVAILABLE', `redis: ${cause.message}`, { fault, cause });
