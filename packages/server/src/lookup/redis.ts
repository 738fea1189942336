/** Redis in front of the store: what one server has read the others need not read. It may fail in any way. */
import type { CustomerId } from '@segment-store/contract/id';
import type { Member } from '@segment-store/contract/lines';
import { batch } from '@segment-store/resilience/batch';
import { type CircuitBreaker, circuitBreaker, createCircuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { deadline } from '@segment-store/resilience/deadline';
import { createLimiter, type Limiter, limit } from '@segment-store/resilience/limit';
import { type Operation, type Policy, type Settled, stack } from '@segment-store/resilience/operation';
import { afterReading } from '@segment-store/resilience/time';
import type { Reader } from '@segment-store/store/store';
import type { RedisConnection } from './redis-connection.ts';
import { createRedisMembers, type RedisKeys } from './redis-members.ts';

export interface RedisTier {
  /** Of one generation. However Redis fails, what is wrapped is asked as if there were none. */
  policyFor(reader: Pick<Reader, 'generation' | 'catalogue'>): Policy<CustomerId, Member | undefined>;
  close(): void;
}

/** Without Redis. */
export const noRedis: RedisTier = { policyFor: () => (next) => next, close() {} };

export interface RedisConfig {
  readonly url: string;
  /** Of a read, which a request waits for. */
  readonly timeoutMs: number;
  /** At once. */
  readonly calls: number;
  readonly keys: RedisKeys;
}

export interface RedisDeps extends Pick<RedisConfig, 'timeoutMs' | 'keys'> {
  readonly connection: RedisConnection;
  readonly limiter: Limiter;
  readonly breaker: CircuitBreaker;
  /** Once for each customer asked for. */
  onAsked(result: 'hit' | 'miss' | 'error'): void;
}

/** Redis's own, apart from the store's: each may fail alone. */
export const createRedisGuards = (calls: number): Pick<RedisDeps, 'limiter' | 'breaker'> => ({
  limiter: createLimiter(calls),
  breaker: createCircuitBreaker({ windowMs: 5_000, minimumThroughput: 10, maxCooldownMs: 5_000 }),
});

/** In one command, of one turn of the event loop. */
const MOST_KEYS = 100;
/** Nobody waits for a write. */
const WRITE_MS = 100;

export function createRedisTier({ connection, keys, limiter, breaker, timeoutMs, onAsked }: RedisDeps): RedisTier {
  const guards = [limit(limiter), circuitBreaker(breaker)];
  return {
    policyFor(reader) {
      const members = createRedisMembers(connection, reader, keys);
      // What is written is encoded behind the guards: while Redis is away it costs nothing.
      const find = batch(MOST_KEYS, settled(stack([...guards, deadline(timeoutMs, afterReading())], members.find)));
      const keep = batch(MOST_KEYS, settled(stack([...guards, deadline(WRITE_MS)], members.keep)));
      return (next) => async (customerId, call) => {
        const found = await find(customerId, call).catch(() => 'error' as const);
        onAsked(found === 'error' ? found : found === undefined ? 'miss' : 'hit');
        if (found !== 'error' && found !== undefined) return found.member;
        const member = await next(customerId, call);
        keep({ customerId, member }, call).catch(() => 'the next one reads it from the store again');
        return member;
      };
    },
    close: () => connection.close(),
  };
}

const settled =
  <I, O>(operation: Operation<I, readonly O[]>): Operation<I, Settled<O>> =>
  async (inputs, call) =>
    (await operation(inputs, call)).map((value) => ({ status: 'fulfilled', value }));
