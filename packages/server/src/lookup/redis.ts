/** Redis in front of the store: what one server has read the others need not read. It may fail in any way. */
import type { CustomerId } from '@segment-store/contract/id';
import type { Member } from '@segment-store/contract/lines';
import { batch } from '@segment-store/resilience/batch';
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  circuitBreaker,
  createCircuitBreaker,
} from '@segment-store/resilience/circuit-breaker';
import { deadline } from '@segment-store/resilience/deadline';
import { createLimiter, type Limiter, limit } from '@segment-store/resilience/limit';
import { atFailureRate } from '@segment-store/resilience/opening';
import { type Operation, type Policy, type Settled, stack, unlimited } from '@segment-store/resilience/operation';
import { afterReading } from '@segment-store/resilience/time';
import type { Reader } from '@segment-store/store/store';
import { Owed } from './owed.ts';
import type { RedisConnection } from './redis-connection.ts';
import { createRedisMembers, type RedisKeys, type RedisMembers } from './redis-members.ts';
import type { Told } from './redis-value.ts';

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
export const createRedisGuards = (
  calls: number,
  onState: NonNullable<CircuitBreakerOptions['onState']>,
): Pick<RedisDeps, 'limiter' | 'breaker'> => ({
  limiter: createLimiter(calls),
  breaker: createCircuitBreaker(atFailureRate({ windowMs: 5_000, minimumThroughput: 10 }), {
    maxCooldownMs: 5_000,
    onState,
  }),
});

/** In one command, of one turn of the event loop. */
const MOST_KEYS = 100;
/** Nobody waits for a write. */
const WRITE_MS = 100;
/** Where the store does not answer either: of what a request may take in all there is some left. */
const LAST_RESORT_MS = 100;
/** Of what was read while Redis was away: some ten megabytes. */
const MOST_OWED = 10_000;

export function createRedisTier({ connection, keys, onAsked, ...guards }: RedisDeps): RedisTier {
  return {
    policyFor: (reader) => redisFirst(createCalls(createRedisMembers(connection, reader, keys), guards), onAsked),
    close: () => connection.close(),
  };
}

interface Calls {
  readonly find: Operation<CustomerId, Told | undefined>;
  /** Longer, and past the breaker: where nobody else answers, that Redis was slow is no reason any more. */
  readonly findAtLast: Operation<CustomerId, Told | undefined>;
  /** Behind; what Redis cannot be told now it is told later. */
  keep(told: Told): void;
}

type Guards = Pick<RedisDeps, 'limiter' | 'breaker' | 'timeoutMs'>;

function createCalls(members: RedisMembers, { limiter, breaker, timeoutMs }: Guards): Calls {
  const guards = [limit(limiter), circuitBreaker(breaker)];
  const find = batch(MOST_KEYS, settled(stack([...guards, deadline(timeoutMs, afterReading())], members.find)));
  const late = deadline(LAST_RESORT_MS, afterReading());
  const findAtLast = batch(MOST_KEYS, settled(stack([limit(limiter), late], members.find)));
  // What is written is encoded behind the guards: while Redis is away it costs nothing.
  const write = batch(MOST_KEYS, settled(stack([...guards, deadline(WRITE_MS)], members.keep)));
  const owed = new Owed<CustomerId, Told>(MOST_OWED);
  const pay = () => owed.pay(MOST_KEYS, (told) => write(told, unlimited));
  const keep = (told: Told) => void write(told, unlimited).then(pay, () => owed.add(told.customerId, told));
  return { find, findAtLast, keep };
}

const redisFirst =
  ({ find, findAtLast, keep }: Calls, onAsked: RedisDeps['onAsked']): Policy<CustomerId, Member | undefined> =>
  (next) =>
  async (customerId, call) => {
    const found = await find(customerId, call).catch(() => 'error' as const);
    onAsked(found === 'error' ? found : found === undefined ? 'miss' : 'hit');
    if (found !== 'error' && found !== undefined) return found.member;
    try {
      const member = await next(customerId, call);
      keep({ customerId, member });
      return member;
    } catch (error) {
      const late = found === 'error' ? await findAtLast(customerId, call).catch(() => undefined) : undefined;
      if (late === undefined) throw error;
      return late.member;
    }
  };

const settled =
  <I, O>(operation: Operation<I, readonly O[]>): Operation<I, Settled<O>> =>
  async (inputs, call) =>
    (await operation(inputs, call)).map((value) => ({ status: 'fulfilled', value }));
