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
    fingerprint: { changes: '--store embedded:./store', hash: expect.stringMatching(/^[0-9a-f]{12}$/) },
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

test('two configurations with the same fingerprint differ in secrets alone, which it does not show', () => {
  const of = (flags: Readonly<Record<string, string>>) => resolveConfig(given(flags)).fingerprint;
  const one = of({ store: 'http://u:pass@es:9200', port: '81' });
  expect(one.changes).toBe('--store http://…@es:9200 --port 81');
  expect(of({ store: 'http://u:word@es:9200', port: '81' })).toEqual(one);
  expect(of({ store: 'http://u:pass@es:9200', port: '82' }).hash).not.toBe(one.hash);
});
