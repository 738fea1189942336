/** Members of one generation in Redis, by keys that say which. */
import { createHash } from 'node:crypto';
import { type CustomerId, MAX_CUSTOMER_ID_BYTES } from '@segment-store/contract/id';
import type { Member } from '@segment-store/contract/lines';
import type { Operation } from '@segment-store/resilience/operation';
import { keyedHash } from '@segment-store/store/keyed-hash';
import type { Reader } from '@segment-store/store/store';
import type { RedisConnection } from './redis-connection.ts';
import { createRedisValues, type Told } from './redis-value.ts';

export interface RedisMembers {
  /** In the order asked; undefined where nothing of use is kept. */
  readonly find: Operation<readonly CustomerId[], readonly (Told | undefined)[]>;
  /** Returns what it was given. */
  readonly keep: Operation<readonly Told[], readonly Told[]>;
}

export interface RedisKeys {
  /** Separates deployments that share a Redis. */
  readonly prefix: string;
  /** Ids of customers stand in keys as they are, or as their HMAC under this. */
  readonly secret?: string | undefined;
}

/** Nothing a customer was in stays longer. Less up to 15 %, so that what was read together does not end together. */
const TTL_MS = 24 * 3_600_000;
/** Whoever asks for ids that nobody has must not fill Redis with them. */
const UNKNOWN_TTL_MS = 10 * 60_000;

export function createRedisMembers(
  connection: RedisConnection,
  reader: Pick<Reader, 'generation' | 'catalogue'>,
  { prefix, secret }: RedisKeys,
): RedisMembers {
  const values = createRedisValues(reader);
  const name = secret === undefined ? (id: CustomerId) => `id:${id}` : hmacOf(secret);
  const keyOf = (id: CustomerId) => `${prefix}:${reader.generation.run}:${name(id)}`;
  const entryOf = ({ customerId, member }: Told) => {
    const key = keyOf(customerId);
    const value = values.encode(member, key);
    return value === undefined ? [] : [{ key, value, ttlMs: ttlOf(member) }];
  };
  return {
    async find(customerIds, call) {
      const addresses = customerIds.map((customerId) => ({ customerId, key: keyOf(customerId) }));
      const kept = await connection.get(
        addresses.map(({ key }) => key),
        call,
      );
      return addresses.map((address, index) => values.decode(kept[index], address));
    },
    async keep(told, call) {
      await connection.set(told.flatMap(entryOf), call);
      return told;
    },
  };
}

/** 132 of its bits. */
function hmacOf(secret: string): (id: CustomerId) => string {
  const key = createHash('sha256').update(secret).digest();
  const hash = keyedHash(key, MAX_CUSTOMER_ID_BYTES);
  return (id) => `hmac:${hash(id).slice(0, 22)}`;
}

function ttlOf(member: Member | undefined): number {
  const most = member === undefined ? UNKNOWN_TTL_MS : TTL_MS;
  return Math.round(most * (1 - 0.15 * Math.random()));
}
