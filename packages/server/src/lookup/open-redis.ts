/** The Redis that the configuration names, or none. */
import type { Say } from '@segment-store/cli/event';
import type { Metrics } from '../telemetry/metrics.ts';
import { tellOutages } from '../tell-outages.ts';
import { createRedisGuards, createRedisTier, noRedis, type RedisConfig, type RedisTier } from './redis.ts';

export interface RedisEars {
  readonly say: Say;
  readonly metrics: Pick<Metrics, 'cacheAsked' | 'operated' | 'watch'>;
}

/** Connects behind; a Redis that is away is waited for by nobody. */
export async function openRedis(config: RedisConfig | undefined, { say, metrics }: RedisEars): Promise<RedisTier> {
  if (config === undefined) return noRedis;
  const { connectRedis } = await import('./redis-connection.ts'); // 70 ms and 28 MB, of no use without it
  const name = config.url.replace(/\/\/.*@/, '//…@');
  let trouble: string | undefined;
  const connection = connectRedis(config.url, {
    onReady() {
      say({ kind: 'note', text: `connected to ${name}` });
      trouble = undefined;
    },
    onTrouble({ message }) {
      const text = `${name} cannot be used, the store is asked instead: ${message}`;
      if (message !== trouble) say({ kind: 'warning', text });
      trouble = message;
    },
    onCalled: ({ name, seconds }) => metrics.operated({ system: 'redis', name, seconds }),
  });
  const { breaker, limiter } = createRedisGuards(
    config.calls,
    tellOutages(say, {
      begun: `${name} fails too often: the store is asked instead until it answers again`,
      over: `${name} answers again`,
    }),
  );
  metrics.watch({ breakers: { redis: breaker }, limiters: { redis: limiter } });
  const onAsked = metrics.cacheAsked.bind(metrics, 'redis');
  return createRedisTier({ ...config, breaker, limiter, connection, onAsked });
}
