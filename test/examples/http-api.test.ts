/** The commands of docs/http-api.md, run one after the other as they stand; below each is what came back. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Postgres, startPostgres } from '@segment-store/services/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, resultOf, startServer } from '../support/commands.ts';
import { createKey, EVERY_SCOPE } from '../support/keys.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = await readFile(join(root, 'docs/http-api.md'), 'utf8');
const run = promisify(execFile);

interface Command {
  readonly chapter: string;
  readonly script: string;
  /** `json`: part of it; `text`: all of it. */
  readonly kind: string;
  readonly expected: string;
}

const BLOCKS = /```sh\n(?<script>[\s\S]*?)```\n\n```(?<kind>json|text)\n(?<expected>[\s\S]*?)```/g;
const commands = text.split(/^## /m).flatMap((section) => {
  const chapter = section.split('\n', 1)[0] ?? '';
  return [...section.matchAll(BLOCKS)].map(({ groups: { script = '', kind = '', expected = '' } = {} }): Command => {
    return { chapter, script, kind, expected };
  });
});

let scratch = '';
let server: RunningServer;
let postgres: Postgres;
let environment: Record<string, string>;

beforeAll(async () => {
  [scratch, postgres] = await Promise.all([mkdtemp(join(tmpdir(), 'http-api-')), startPostgres()]);
  const inputs = ['orders.parquet', 'definitions.json', 'categories.csv'];
  const flags = ['--orders', '--definitions', '--categories'].flatMap((flag, index) => [
    flag,
    join(root, 'examples/online-retail', inputs[index] ?? ''),
  ]);
  const store = `embedded:${join(scratch, 'store')}`;
  // Two generations: one to be live, one to roll back to.
  for (const asOf of ['2011-12-09', '2011-12-10']) {
    const to = join(scratch, asOf);
    const { folder } = await resultOf('compute', ['run', ...flags, '--as-of', asOf, '--to', to]);
    await resultOf('ingest', ['load', `${folder}`, '--store', store]);
  }
  const keys = join(scratch, 'keys.json');
  const key = await createKey(keys, 'docs', '--scopes', EVERY_SCOPE);
  server = await startServer(['--store', store, '--keys', keys, '--database', postgres.url]);
  environment = { URL: server.url, KEY: key };
});
afterAll(async () => {
  await server.stop();
  await postgres[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true });
});

test.each(commands)('$chapter: $kind comes back', async ({ script, kind, expected }) => {
  const env = { ...process.env, ...environment };
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { cwd: scratch, env });
  if (kind === 'text') expect(stdout).toBe(expected);
  else expect(JSON.parse(stdout)).toEqual(loosened(JSON.parse(expected)));
});

test('no command is left out', () => {
  expect(text.match(/^```sh$/gm)).toHaveLength(commands.length);
});

/** `…` stands for any text; members may be left out. */
function loosened(value: unknown): unknown {
  if (value === '…') return expect.any(String);
  if (Array.isArray(value)) return value.map(loosened);
  if (typeof value !== 'object' || value === null) return value;
  return expect.objectContaining(
    Object.fromEntries(Object.entries(value).map(([key, member]) => [key, loosened(member)])),
  );
}
