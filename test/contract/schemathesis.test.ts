/**
 * Schemathesis over the whole API of the running server, all of its checks. What it cannot find is in the tables of bad
 * input. That its checks can find something is shown by faults planted in front of the server.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseRunId } from '@segment-store/contract/id';
import { type Postgres, startPostgres } from '@segment-store/services/postgres';
import { pythonWith } from '@segment-store/services/python';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RunningServer, runCommand, startServer } from '../support/commands.ts';
import { createKey, EVERY_SCOPE } from '../support/keys.ts';
import { generatedParts, runFiles, writeRun } from '../support/run-folder.ts';
import { faults } from './schemathesis/faults.cases.ts';
import { startSpoilingProxy } from './schemathesis/spoiling-proxy.ts';

// The first time it fetches some forty Python packages. The long form takes half an hour.
vi.setConfig({ testTimeout: 3_600_000, hookTimeout: 300_000 });

const recipe = join(import.meta.dirname, 'schemathesis');
/** Cases an operation, and where they begin: `npm test` asks the same each time, the long form other ones. */
const { EXAMPLES = '40', SEED = '1' } = process.env;
/** The last one, which the examples of openapi.yaml name, is held back by its gates: it can be published. */
const RUNS = ['20260101t000000z', '20260102t000000z', '20260914t031500z'].map(parseRunId);
/** Those that the examples name are there. */
const LINES = [
  '{"customer_id":"17850","segment_ids":["recurrent:store:17"]}',
  '{"customer_id":"13047","segment_ids":["recurrent:store:17","recurrent:country:France"]}',
];
const MANY_LINES = [...LINES, ...generatedParts({ customers: 100, parts: 1, seed: 1 }).flat()];

let scratch = '';
let python = '';
let key = '';
let server: RunningServer;
let postgres: Postgres;
beforeAll(async () => {
  python = await pythonWith('api');
  postgres = await startPostgres();
  scratch = await mkdtemp(join(tmpdir(), 'schemathesis-'));
  const store = `embedded:${join(scratch, 'store')}`;
  const ended: (number | null)[] = [];
  for (const run of RUNS) {
    const lines = run === RUNS.at(-1) ? MANY_LINES : LINES;
    const folder = await writeRun(join(scratch, run), runFiles({ run, parts: [lines] }));
    ended.push((await runCommand('ingest', ['load', folder, '--store', store])).exitCode);
  }
  expect(ended).toEqual([0, 0, 4]);
  const keys = join(scratch, 'keys.json');
  key = await createKey(keys, 'all', '--scopes', EVERY_SCOPE);
  server = await startServer(['--store', store, '--keys', keys, '--rate', '100000', '--database', postgres.url]);
});
afterAll(async () => {
  await server.stop();
  await postgres[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true });
});

interface Report {
  readonly exit_code: number;
  readonly test_cases: { readonly generated: number };
  readonly operations: { readonly selected: number; readonly tested: number };
  readonly failures: readonly { readonly title: string; readonly operations: readonly string[] }[];
  readonly errors: readonly unknown[];
}

/** What it said to a person, and its report. */
async function schemathesis(url: string, ...args: readonly string[]): Promise<Report & { readonly said: string }> {
  const file = join(scratch, 'report.json');
  const config = ['-m', 'schemathesis.cli', '--config-file', join(recipe, 'schemathesis.toml'), 'run'];
  const run = [`${server.url}/openapi.json`, '--url', url, '--checks', 'all', '--no-color', '--report-json-path', file];
  const hooks = { SCHEMATHESIS_HOOKS: join(recipe, 'hooks.py'), PYTHONDONTWRITEBYTECODE: '1' };
  const env = { ...process.env, ...hooks, KEY: key, SERVER: server.url };
  const child = spawn(python, [...config, ...run, '--seed', SEED, ...args], { cwd: scratch, env });
  const [said, trouble] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  const report = await readFile(file, 'utf8').catch(() => {
    throw new Error(`Schemathesis wrote no report: ${said}${trouble}`);
  });
  return { ...JSON.parse(report), said: said + trouble };
}

test('nothing is found', async () => {
  const { said, ...report } = await schemathesis(server.url, '--max-examples', EXAMPLES);
  expect(/= (ERRORS|FAILURES) =[\s\S]*/.exec(said)?.[0]).toBeUndefined();
  expect(report).toMatchObject({ exit_code: 0, failures: [], errors: [] });
  expect(report.operations.tested).toBe(report.operations.selected);
  expect(report.test_cases.generated).toBeGreaterThan(1_000);
});

test('every operation was reached: each gave an answer that is no refusal', async () => {
  const headers = { Authorization: `Bearer ${key}` };
  const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text();
  const document = await (await fetch(`${server.url}/openapi.json`)).json();
  const templates = Object.keys(Object(Reflect.get(Object(document), 'paths')));
  const isReached = (template: string) =>
    metrics
      .split('\n')
      .some((line) => /_duration_seconds_count.*status="2xx"/.test(line) && line.includes(`route="${template}"`));
  expect(templates.filter((template) => !isReached(template))).toEqual([]);
});

test('each of its checks finds a fault that is planted for it, at the operation where it is', async () => {
  await using proxy = await startSpoilingProxy(server.url, { faults, key });
  const operations = faults.flatMap(({ path }) => ['--include-path', path]);
  const { failures, said } = await schemathesis(proxy.url, ...operations, '--phases', 'examples,coverage');
  const found = (path: string) =>
    failures
      .filter((failure) => failure.operations.some((name) => name.endsWith(` ${path}`)))
      .map(({ title }) => title);
  for (const { path, finding } of faults)
    expect([path, found(path), said]).toEqual([path, expect.arrayContaining([finding]), said]);
});
