import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '@segment-store/services/postgres';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { changeLogSuite } from './change-log.suite.ts';
import { checkDatabase, openDatabase } from './open.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const quiet = () => {};
let postgres: Postgres;
let scratch = '';
beforeAll(async () => {
  [postgres, scratch] = await Promise.all([startPostgres(), mkdtemp(join(tmpdir(), 'segment-database-'))]);
});
afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true });
});

describe('Postgres', () => changeLogSuite(() => openDatabase(postgres.url, quiet)));
describe('PGlite', () => changeLogSuite(() => openDatabase(`pglite:${join(scratch, 'lite')}`, quiet)));

test.each([
  ['mysql://localhost/x', 1, ['postgres://', 'pglite:<dir>']],
  ['pglite:', 1, ['pglite:<dir>']],
  ['postgres://', 1, ['postgres://']],
  ['pglite:./x', 2, ['--workers 2', 'Postgres']],
])('--database %s with %i workers is refused', (url, workers, names) => {
  for (const name of names) expect(() => checkDatabase(url, workers)).toThrow(name);
});

test('a directory that is none is refused with exit code 2', async () => {
  await expect(openDatabase('pglite:/dev/null/x', quiet)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('/dev/null/x'),
  });
});
