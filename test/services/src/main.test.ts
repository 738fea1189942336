import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const cache = mkdtempSync(join(tmpdir(), 'main-test-'));
afterAll(() => rmSync(cache, { recursive: true }));

function run(args: string[]) {
  return spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env: { PATH: '/nowhere', XDG_CACHE_HOME: cache },
    encoding: 'utf8',
  });
}

test.each([
  ['no server named', [], 'usage: main.ts <server>'],
  ['an unknown server', ['mysql'], 'got "mysql"'],
  ['a port that is none', ['s3:http'], 'got "s3:http"'],
])('%s: exit 2 and what may be named', (_what, args, message) => {
  const { status, stderr } = run(args);
  expect(stderr).toContain(message);
  expect(stderr).toContain('elasticsearch, redis, s3, sqs');
  expect(status).toBe(2);
});

test('a machine that lacks something and may not install it: one line says what to install, exit 2', () => {
  const { status, stderr, stdout } = run(['elasticsearch']);
  const lines = stderr.trim().split('\n');
  expect(lines.at(-1)).toBe('mvn is missing: install maven (Debian package names), then run again');
  expect(stdout).toBe('');
  expect(status).toBe(2);
});
