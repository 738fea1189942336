import { resolveOptions } from '@segment-store/cli/config';
import { expect, test } from 'vitest';
import { options, resolveConfig } from './config.ts';

const given = (flags: Readonly<Record<string, string>>) =>
  resolveOptions(options, { file: undefined, environment: {}, environmentPrefix: '', flags });
const values = given({ store: 'embedded:./store' });

test('the configuration is complete and frozen', () => {
  const config = resolveConfig(values);
  expect(config).toEqual({
    store: { url: 'embedded:./store', prefix: 'segments', pollMs: 2_000 },
    listen: { host: '127.0.0.1', port: 8080, opsPort: undefined },
    drainDelayMs: 0,
    workers: 1,
    reads: { atOnce: 64, ms: { total: 300, store: 250 } },
    cacheBytes: 67_108_864,
    telemetry: { logSample: 0.01, otlpEndpoint: undefined },
    fingerprint: { changes: '--store embedded:./store', hash: expect.stringMatching(/^[0-9a-f]{12}$/) },
    warmUp: { questions: 10_000, ms: 3_000 },
    stateDir: undefined,
    redis: undefined,
    admission: { knowsCallers: false, keys: undefined, tokens: undefined, rate: 5_000, inFlight: 1_000 },
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('%s is loopback', (host) => {
  expect(resolveConfig({ ...values, host }).listen.host).toBe(host);
});

test.each(['0.0.0.0', '::', '10.0.0.1', 'example.com', '127.0.0.1.example.com', '128.0.0.1'])('%s is not', (host) => {
  const resolve = () => resolveConfig({ ...values, host });
  expect(resolve).toThrow(`--host ${host}: without keys`);
  expect(resolve).toThrow(expect.objectContaining({ exitCode: 2 }));
});

test('with keys, or an issuer of tokens, every address will do', () => {
  const issuer = { jwks: 'https://issuer.example/keys', jwtIssuer: 'https://issuer.example', jwtAudience: 'segments' };
  for (const known of [{ keys: 'keys.json' }, issuer]) {
    expect(resolveConfig({ ...values, ...known, host: '0.0.0.0' }).admission.knowsCallers).toBe(true);
  }
});

const badTokens: readonly [string, Readonly<Record<string, string>>, string][] = [
  [
    'no issuer',
    { jwks: 'https://i.example/keys', jwtAudience: 'a' },
    '--jwks, --jwt-issuer and --jwt-audience go together',
  ],
  ['no keys', { jwtIssuer: 'i', jwtAudience: 'a' }, '--jwks, --jwt-issuer and --jwt-audience go together'],
  ['keys in the clear', { jwks: 'http://i.example/keys' }, '--jwks http://i.example/keys: expected an https:// URL'],
  ['keys at a password', { jwks: 'https://u:pass@i.example/keys' }, '--jwks https://…@i.example/keys: expected'],
  ['no URL', { jwks: 'keys.json' }, '--jwks keys.json: expected an https:// URL'],
];
test.each(badTokens)('tokens with %s are refused', (what, given, text) => {
  const rest = what.startsWith('no ') && what !== 'no URL' ? {} : { jwtIssuer: 'i', jwtAudience: 'a' };
  const resolve = () => resolveConfig({ ...values, ...rest, ...given });
  expect(resolve).toThrow(text);
  expect(resolve).toThrow(expect.objectContaining({ exitCode: 2 }));
});

test('two configurations with the same fingerprint differ in secrets alone, which it does not show', () => {
  const of = (flags: Readonly<Record<string, string>>) => resolveConfig(given(flags)).fingerprint;
  const one = of({ store: 'http://u:pass@es:9200', port: '81' });
  expect(one.changes).toBe('--store http://…@es:9200 --port 81');
  expect(of({ store: 'http://u:word@es:9200', port: '81' })).toEqual(one);
  expect(of({ store: 'http://u:pass@es:9200', port: '82' }).hash).not.toBe(one.hash);
});

test('what Redis may take comes on top of what the store may', () => {
  const flags = { redis: 'rediss://:a%40b@10.0.0.1:6380/2', redisTimeoutMs: '20', redisKeySecret: 'pepper' };
  const { redis, reads, fingerprint } = resolveConfig(given({ store: 'embedded:./store', ...flags }));
  expect(reads.ms).toEqual({ total: 320, store: 250 });
  expect(redis).toEqual({
    url: 'rediss://:a%40b@10.0.0.1:6380/2',
    timeoutMs: 20,
    calls: 64,
    keys: { prefix: 'segments', secret: 'pepper' },
  });
  expect(fingerprint.changes).toContain('--redis rediss://…@10.0.0.1:6380/2 --redis-timeout-ms 20');
  expect(fingerprint.changes).not.toMatch(/pepper|a%40b/);
});

test.each([
  '127.0.0.1:6379',
  'http://127.0.0.1:6379',
  'redis://',
  'redis://host/name',
  'redis://host?enableOfflineQueue=true',
  'redis://user:pass/word@host',
])('--redis %s is refused, its password unsaid', (redis) => {
  const resolve = () => resolveConfig({ ...values, redis });
  expect(resolve).toThrow(`--redis ${redis.replace('user:pass/word', '…')}: expected redis://`);
  expect(resolve).toThrow(expect.objectContaining({ exitCode: 2 }));
});
