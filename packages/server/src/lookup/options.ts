/** What lookups may take and keep, and the Redis in front of the store. */
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { integer, type Option, optionalText } from '@segment-store/cli/option';
import type { RedisConfig } from './redis.ts';
import type { WarmUpLimits } from './warm-up.ts';

export interface LookupSettings {
  readonly storeTimeoutMs: number;
  readonly storeReads: number;
  readonly cacheMb: number;
  readonly warmUpQuestions: number;
  readonly warmUpMs: number;
  readonly stateDir: string | undefined;
  readonly redis: string | undefined;
  readonly redisTimeoutMs: number;
  readonly redisCalls: number;
  readonly redisKeySecret: string | undefined;
}

export const lookupOptions: { readonly [Name in keyof LookupSettings]: Option<LookupSettings[Name]> } = {
  storeTimeoutMs: integer({
    placeholder: '<ms>',
    description: 'how long one read of the store may take',
    fallback: 250,
    min: 1,
    max: 60_000,
  }),
  storeReads: integer({
    placeholder: '<n>',
    description: 'reads of the store at once; one more is refused as overloaded',
    fallback: 64,
    min: 1,
    max: 10_000,
  }),
  cacheMb: integer({
    placeholder: '<MiB>',
    description: 'memory for encoded answers',
    fallback: 64,
    min: 1,
    max: 65_536,
  }),
  warmUpQuestions: integer({
    description: 'asked of a new generation before it is served, the last ones asked first',
    fallback: 10_000,
    max: 1_000_000,
  }),
  warmUpMs: integer({
    placeholder: '<ms>',
    description: 'how long that may delay a publish; a roll back never waits',
    fallback: 3_000,
    max: 4_000,
  }),
  stateDir: optionalText({
    placeholder: '<dir>',
    description: 'directory of this server alone: after a restart it answers from there while the store is away',
  }),
  redis: optionalText({
    placeholder: '<url>',
    description: 'Redis in front of the store, shared by servers: redis[s]://[user:password@]host:port[/database]',
  }),
  redisTimeoutMs: integer({
    placeholder: '<ms>',
    description: 'how long Redis may take before the store is asked instead',
    fallback: 8,
    min: 1,
    max: 10_000,
  }),
  redisCalls: integer({
    placeholder: '<n>',
    description: 'calls of Redis at once, of up to 100 customers each; one more goes to the store',
    fallback: 64,
    min: 1,
    max: 10_000,
  }),
  redisKeySecret: optionalText({
    placeholder: '<text>',
    description: 'keys hold HMACs of customer ids under this secret instead of the ids; the same at every server',
    secret: true,
  }),
};

export interface LookupConfig {
  readonly reads: { readonly atOnce: number; readonly ms: { readonly total: number; readonly store: number } };
  readonly cacheBytes: number;
  readonly warmUp: WarmUpLimits;
  readonly stateDir: string | undefined;
  readonly redis: RedisConfig | undefined;
}

/** A joiner of a read that another request began waits a little longer than the read itself. */
const JOIN_MS = 50;

/** @throws CommandError exit 2 */
export function resolveLookup(values: LookupSettings & { readonly prefix: string }): LookupConfig {
  const { storeTimeoutMs, storeReads, cacheMb } = values;
  const redis = resolveRedis(values);
  const total = (redis?.timeoutMs ?? 0) + storeTimeoutMs + JOIN_MS;
  return {
    reads: { atOnce: storeReads, ms: { total, store: storeTimeoutMs } },
    cacheBytes: cacheMb * 1024 * 1024,
    stateDir: values.stateDir,
    warmUp: { questions: values.warmUpQuestions, ms: values.warmUpMs },
    redis,
  };
}

function resolveRedis(values: LookupSettings & { readonly prefix: string }): RedisConfig | undefined {
  const { redis: url, redisTimeoutMs: timeoutMs, redisCalls: calls, redisKeySecret: secret, prefix } = values;
  if (url === undefined) return undefined;
  checkRedisUrl(url);
  return { url, timeoutMs, calls, keys: { prefix, secret } };
}

/** The client would take settings of its own from the query. */
function checkRedisUrl(url: string): void {
  const { protocol = '', hostname = '', pathname = '', search = '', hash = '' } = URL.parse(url) ?? {};
  const isOne = /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d*)?$/.test(pathname);
  if (isOne && search === '' && hash === '') return;
  const shown = url.replace(/\/\/.*@/, '//…@').slice(0, 100);
  throw new CommandError(
    exitCode.usage,
    `--redis ${shown}: expected redis://host:port or rediss://user:password@host:port/0; encode what is special in a password`,
  );
}
