/** Redis as a tier, against a real one: what it saves, and that it never harms. */
import { randomUUID } from 'node:crypto';
import { type CustomerId, parseCustomerId } from '@segment-store/contract/id';
import type { Member } from '@segment-store/contract/lines';
import { unlimited } from '@segment-store/resilience/operation';
import { startFaultProxy } from '@segment-store/services/fault-proxy';
import { type RedisOptions, startRedis } from '@segment-store/services/redis';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, test } from 'vitest';
import { servers } from '../../../../test/support/servers.ts';
import { loadedRun, RUN, unavailable } from '../fixture/store.ts';
import { createRedisGuards, createRedisTier, type RedisDeps } from './redis.ts';
import { connectRedis } from './redis-connection.ts';
import { badValues } from './redis-value.bad-input.cases.ts';

const generation = loadedRun(RUN, { c1: ['b', 'a'], empty: [], c2: ['a', 'c'] });
const id = parseCustomerId;

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function ownRedis(options: RedisOptions = {}) {
  const redis = await startRedis(options);
  ending.push(() => redis.stop());
  return redis;
}

interface TierOptions extends Partial<Pick<RedisDeps, 'timeoutMs' | 'keys'>> {
  readonly url?: string;
  readonly calls?: number;
}

/** A server's tier, and what it asked of Redis and of the store. */
function createTier(options: TierOptions = {}) {
  const { url = servers().redis, timeoutMs = 1_000, calls = 64, keys = { prefix: randomUUID() } } = options;
  const asked: string[] = [];
  const reads: CustomerId[] = [];
  const troubles: string[] = [];
  let ready = Promise.withResolvers<void>();
  const onReady = () => ready.resolve();
  const onTrouble = ({ message }: Error) => {
    troubles.push(message);
    ready = Promise.withResolvers();
  };
  const connection = connectRedis(url, { onReady, onTrouble, onCalled() {} });
  const guards = createRedisGuards(calls, () => {});
  const tier = createRedisTier({ connection, ...guards, timeoutMs, keys, onAsked: (result) => asked.push(result) });
  const ask = tier.policyFor(generation)(async (customerId) => {
    reads.push(customerId);
    return generation.members.get(customerId);
  });
  ending.push(() => tier.close());
  return {
    asked,
    reads,
    troubles,
    ...guards,
    /** Once the connection is there. */
    ready: () => ready.promise,
    ask: (customer: string) => ask(id(customer), unlimited),
    /** Asks one after the other; returns what nine of ten took at most. */
    async askAll(customers: readonly string[]): Promise<number> {
      const took: number[] = [];
      for (const customer of customers) {
        const startedAt = performance.now();
        expect(await ask(id(customer), unlimited)).toEqual(generation.members.get(id(customer)));
        took.push(performance.now() - startedAt);
      }
      return took.sort((a, b) => a - b)[Math.floor(0.9 * took.length)] ?? 0;
    },
    policy: tier.policyFor(generation),
  };
}

/** Past the tier. */
function client(url = servers().redis): Redis {
  const redis = new Redis(url);
  ending.push(() => redis.disconnect());
  return redis;
}

const told: readonly (readonly [string, Member | undefined])[] = ['c1', 'empty', 'nobody'].map((customer) => [
  customer,
  generation.members.get(id(customer)),
]);

describe('what one server has read', () => {
  test.each(told)('another does not read again: %s', async (customer, member) => {
    const keys = { prefix: randomUUID() };
    const [one, other] = [createTier({ keys }), createTier({ keys })];
    await Promise.all([one.ready(), other.ready()]);
    expect(await one.ask(customer)).toEqual(member);
    await expect.poll(() => client().exists(`${keys.prefix}:${RUN}:id:${customer}`)).toBe(1);
    expect(await other.ask(customer)).toEqual(member);
    expect([one.reads, other.reads]).toEqual([[customer], []]);
    expect([one.asked, other.asked]).toEqual([['miss'], ['hit']]);
  });

  test('ends within a day, of nobody within ten minutes, not all at once', async () => {
    const keys = { prefix: randomUUID() };
    const one = createTier({ keys });
    await one.ready();
    const customers = Array.from({ length: 50 }, (_, index) => `unknown-${index}`);
    await Promise.all(['c1', ...customers].map(one.ask));
    const ttl = (customer: string) => client().pttl(`${keys.prefix}:${RUN}:id:${customer}`);
    await expect.poll(() => ttl('c1')).toBeGreaterThan(0.85 * 86_400_000 - 1_000);
    expect(await ttl('c1')).toBeLessThanOrEqual(86_400_000);
    const ttls = await Promise.all(customers.map(ttl));
    expect(Math.max(...ttls)).toBeLessThanOrEqual(600_000);
    expect(Math.max(...ttls) - Math.min(...ttls)).toBeGreaterThan(30_000);
  });

  test('stands under no id of a customer where a secret is given, and is nobody’s without it', async () => {
    const prefix = randomUUID();
    const [one, same, other] = ['pepper', 'pepper', 'salt'].map((secret) => createTier({ keys: { prefix, secret } }));
    await Promise.all([one, same, other].map((tier) => tier?.ready()));
    await one?.ask('c1');
    await expect.poll(() => client().keys(`${prefix}:*`)).toEqual([expect.stringMatching(/:hmac:[\w-]{22}$/)]);
    await Promise.all([same, other].map((tier) => tier?.ask('c1')));
    expect([same?.asked, other?.asked]).toEqual([['hit'], ['miss']]);
  });

  test.each(badValues)('and is $title now is read again, and kept again', async ({ spoil }) => {
    const keys = { prefix: randomUUID() };
    const key = `${keys.prefix}:${RUN}:id:c1`;
    const one = createTier({ keys });
    await one.ready();
    await one.ask('c1');
    await expect.poll(() => client().exists(key)).toBe(1);
    const kept = await client().getBuffer(key);
    await client().set(key, spoil(kept ?? Buffer.alloc(0)));
    await one.askAll(['c1']);
    expect(one.asked).toEqual(['miss', 'miss']);
    await expect.poll(() => client().getBuffer(key)).toEqual(kept);
  });
});

test('customers of one turn travel in one command of up to a hundred, and are kept in one round trip', async () => {
  const redis = await ownRedis();
  const { ask, ready } = createTier({ url: redis.url });
  await ready();
  const customers = Array.from({ length: 150 }, (_, index) => `c${index}`);
  const before = await redis.requestCount();
  await Promise.all(customers.map(ask));
  await expect.poll(() => client(redis.url).dbsize()).toBe(150);
  const stats = await client(redis.url).info('commandstats');
  expect(stats).toMatch(/cmdstat_mget:calls=2,/);
  expect(stats).toMatch(/cmdstat_set:calls=150,/);
  expect(before).toBe(0);
});

test('an event loop that was busy is no slow Redis', async () => {
  const keys = { prefix: randomUUID() };
  const { ask, asked, ready, breaker } = createTier({ keys, timeoutMs: 8 });
  await ready();
  await ask('c1');
  await expect.poll(() => client().exists(`${keys.prefix}:${RUN}:id:c1`)).toBe(1);
  asked.length = 0;
  for (let round = 0; round < 5; round++) {
    const answer = ask('c1');
    await new Promise((resolve) => setImmediate(resolve)); // the command is sent
    const until = performance.now() + 150; // Redis answers meanwhile, on a machine as busy as this one, too
    while (performance.now() < until);
    await answer;
  }
  expect(asked).toEqual(Array(5).fill('hit'));
  expect(breaker.state).toBe('closed');
});

/** Generous: processes share two cores. What is excluded is waiting for Redis again and again. */
const AT_ONCE_MS = 60;
const CUSTOMERS = Array.from({ length: 150 }, (_, index) => (index % 3 === 0 ? 'c1' : `unknown-${index}`));

describe('whatever happens to Redis, the store answers', () => {
  test('it is not there from the start, and comes later', async () => {
    const redis = await startRedis();
    await redis.stop();
    const { askAll, asked, troubles, ready, ask, reads } = createTier({ url: redis.url, timeoutMs: 8 });
    expect(await askAll(CUSTOMERS)).toBeLessThan(AT_ONCE_MS);
    expect(new Set(asked)).toEqual(new Set(['error']));
    await expect.poll(() => troubles.join()).toContain('ECONNREFUSED');
    await ownRedis({ port: Number(new URL(redis.url).port) });
    await ready();
    await expect
      .poll(async () => {
        await ask('c2');
        return asked.at(-1);
      })
      .toBe('hit');
    expect(reads.length).toBeLessThan(CUSTOMERS.length + 5);
  });

  test('it freezes: each request waits its few milliseconds, then none; thawed, it is used again', async () => {
    const redis = await ownRedis();
    const { ask, askAll, asked, ready, breaker, troubles } = createTier({ url: redis.url, timeoutMs: 8 });
    await ready();
    await ask('c1');
    process.kill(redis.pid, 'SIGSTOP');
    ending.push(() => process.kill(redis.pid, 'SIGCONT'));
    expect(await askAll(CUSTOMERS)).toBeLessThan(8);
    expect(breaker.state).toBe('open');
    expect(asked.slice(1)).toEqual(CUSTOMERS.map(() => 'error'));
    await expect.poll(() => troubles.join()).toContain('Socket timeout');
    process.kill(redis.pid, 'SIGCONT');
    await expect
      .poll(
        async () => {
          await ask('c1');
          return asked.at(-1);
        },
        { timeout: 15_000 },
      )
      .toBe('hit');
  });

  test('what is read while it is frozen is in it once it is thawed', async () => {
    const redis = await ownRedis();
    const keys = { prefix: randomUUID() };
    const { ask, askAll, ready } = createTier({ url: redis.url, keys, timeoutMs: 8 });
    await ready();
    process.kill(redis.pid, 'SIGSTOP');
    ending.push(() => process.kill(redis.pid, 'SIGCONT'));
    await askAll(CUSTOMERS);
    process.kill(redis.pid, 'SIGCONT');
    const places = CUSTOMERS.map((customer) => `${keys.prefix}:${RUN}:id:${customer}`);
    await expect
      .poll(
        async () => {
          await ask('c2'); // the first that is told reminds it of the others
          return client(redis.url).exists(...new Set(places));
        },
        { timeout: 15_000 },
      )
      .toBe(new Set(places).size);
  });

  test('it is killed in the middle of commands, and comes back empty', async () => {
    const redis = await ownRedis();
    const { ask, askAll, asked, ready, reads } = createTier({ url: redis.url, timeoutMs: 30_000 });
    await ready();
    await ask('c1');
    process.kill(redis.pid, 'SIGSTOP');
    const flying = Promise.all(CUSTOMERS.map(ask));
    await new Promise((resolve) => setImmediate(resolve));
    process.kill(redis.pid, 'SIGKILL');
    const killedAt = performance.now();
    expect((await flying).length).toBe(CUSTOMERS.length);
    expect(performance.now() - killedAt).toBeLessThan(1_000);
    await redis.stop();
    expect(await askAll(CUSTOMERS)).toBeLessThan(AT_ONCE_MS);
    await ownRedis({ port: Number(new URL(redis.url).port) });
    await ready();
    await expect
      .poll(async () => {
        await ask('c1');
        return asked.at(-1);
      })
      .toBe('hit');
    expect(reads.length).toBeGreaterThan(2 * CUSTOMERS.length);
  });

  test('it is slow: the breaker opens', async () => {
    const redis = await ownRedis();
    const proxy = await startFaultProxy(redis.url);
    ending.push(() => proxy.stop());
    const { askAll, asked, ready, breaker, ask } = createTier({
      url: proxy.url.replace('http', 'redis'),
      timeoutMs: 8,
    });
    await ready();
    proxy.inject({ kind: 'latency', ms: 60 });
    expect(await askAll(CUSTOMERS)).toBeLessThan(AT_ONCE_MS);
    expect(breaker.state).toBe('open');
    expect(new Set(asked)).toEqual(new Set(['error']));
    proxy.heal();
    await expect
      .poll(
        async () => {
          await ask('c1');
          return asked.at(-1);
        },
        { timeout: 15_000 },
      )
      .toBe('hit');
  });

  test.each([
    ['the password is wrong', 'redis://:wrong@', 'WRONGPASS'],
    ['no password is given', 'redis://', 'NOAUTH'],
  ])('%s', async (_, given, message) => {
    const redis = await ownRedis({ password: 'right' });
    const { askAll, troubles } = createTier({ url: redis.url.replace(/.*@/, given), timeoutMs: 8 });
    await expect.poll(() => troubles.join()).toContain(message);
    expect(await askAll(CUSTOMERS)).toBeLessThan(AT_ONCE_MS);
  });

  test.each([
    ['it is full', { maxmemory: '1' }],
    ['it takes no writes', { 'min-replicas-to-write': '1' }],
  ])('%s: what it holds is still used', async (_, settings) => {
    const redis = await ownRedis();
    const keys = { prefix: randomUUID() };
    const [one, other] = [createTier({ url: redis.url, keys }), createTier({ url: redis.url, keys })];
    await Promise.all([one.ready(), other.ready()]);
    await one.ask('c1');
    await expect.poll(() => client(redis.url).dbsize()).toBe(1);
    for (const [name, value] of Object.entries(settings)) await client(redis.url).config('SET', name, value);
    const strangers = Array.from({ length: 40 }, (_, index) => `stranger-${index}`);
    expect(await other.askAll([...strangers, 'c1'])).toBeLessThan(AT_ONCE_MS);
    expect(other.asked).toEqual([...strangers.map(() => 'miss'), 'hit']);
    expect(other.breaker.state).toBe('closed');
  });

  test('more calls than may be under way go to the store at once, and say nothing against Redis', async () => {
    const redis = await ownRedis();
    const { ask, askAll, ready, limiter, breaker } = createTier({ url: redis.url, calls: 1, timeoutMs: 5_000 });
    await ready();
    process.kill(redis.pid, 'SIGSTOP');
    const first = ask('c1');
    await expect.poll(() => limiter.inFlight).toBe(1);
    expect(await askAll(CUSTOMERS.slice(0, 20))).toBeLessThan(AT_ONCE_MS);
    expect(breaker.state).toBe('closed');
    process.kill(redis.pid, 'SIGCONT');
    await first;
  });
});

test('where the store fails, too, a Redis that is slow is waited for', async () => {
  const redis = await ownRedis();
  const proxy = await startFaultProxy(redis.url);
  ending.push(() => proxy.stop());
  const keys = { prefix: randomUUID() };
  const one = createTier({ url: redis.url, keys });
  const other = createTier({ url: proxy.url.replace('http', 'redis'), keys, timeoutMs: 8 });
  await Promise.all([one.ready(), other.ready()]);
  await one.askAll(['c1']);
  await expect.poll(() => client(redis.url).dbsize()).toBe(1);
  proxy.inject({ kind: 'latency', ms: 40 });
  await other.askAll(CUSTOMERS);
  expect(other.breaker.state).toBe('open');
  const failing = other.policy(() => Promise.reject(unavailable()));
  expect(await failing(id('c1'), unlimited)).toEqual(generation.members.get(id('c1')));
  await expect(failing(id('never-seen'), unlimited)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('a store that fails is not made good by Redis: nothing of it is kept', async () => {
  const { policy, asked, ask, ready } = createTier();
  await ready();
  const failing = policy(() => Promise.reject(unavailable()));
  await expect(failing(id('c1'), unlimited)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await ask('c1');
  expect(asked).toEqual(['miss', 'miss']);
});
