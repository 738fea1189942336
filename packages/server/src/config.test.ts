import { expect, test } from 'vitest';
import { resolveConfig } from './config.ts';

const values = {
  store: 'embedded:./store',
  prefix: 'segments',
  host: '127.0.0.1',
  port: 8080,
  pollMs: 2_000,
  storeTimeoutMs: 250,
  storeReads: 64,
  cacheMb: 64,
};

test('the configuration is complete and frozen', () => {
  const config = resolveConfig(values);
  expect(config).toEqual({
    store: { url: 'embedded:./store', prefix: 'segments', pollMs: 2_000 },
    listen: { host: '127.0.0.1', port: 8080 },
    reads: { atOnce: 64, ms: { total: 300, store: 250 } },
    cacheBytes: 67_108_864,
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
