/** The code that the README shows, run as it stands. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, resultOf, startServer } from '../support/commands.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const run = promisify(execFile);

let data = '';
let server: RunningServer;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'examples-'));
  const orders = join(examples, 'online-retail');
  const inputs = ['orders.parquet', 'definitions.json', 'categories.csv'].map((name) => join(orders, name));
  const flags = ['--orders', '--definitions', '--categories'].flatMap((flag, index) => [flag, inputs[index] ?? '']);
  const { folder } = await resultOf('compute', ['run', ...flags, '--as-of', '2011-12-10', '--to', join(data, 'runs')]);
  const store = ['--store', `embedded:${join(data, 'store')}`];
  await resultOf('ingest', ['load', `${folder}`, ...store]);
  server = await startServer(store);
});
afterAll(async () => {
  await server.stop();
  await rm(data, { recursive: true });
});

const example = (file: string, ...args: readonly string[]) =>
  run(process.execPath, [join(examples, 'lookup', file), ...args], {
    env: { ...process.env, SEGMENT_STORE_URL: server.url, CANDIDATE_URL: server.url },
  });
const lookup = (...args: readonly string[]) => example('lookup.ts', ...args);

test('a real customer is looked up, and a membership decides', async () => {
  const { stdout } = await lookup();
  expect(stdout).toMatch(/^server \[/);
  expect(stdout).toContain("'recurrent-customers:country:France'");
  expect(stdout).toContain('Bienvenue encore !');
});

test('a customer who never ordered has no segments', async () => {
  const { stdout } = await lookup('99999');
  expect(stdout).toMatch(/^server \[\]/);
});

test('a candidate that is the same deployment agrees about everybody', async () => {
  const { stdout } = await example('shadow.ts', '12583', '17850', '99999');
  expect(stdout).toBe('{ match: 3, mismatch: 0, unequalGeneration: 0, examples: [] }\n');
});

test('a member takes part in an experiment, a stranger does not', async () => {
  const { stdout: member } = await example('rollout.ts', '12583');
  expect(member).toMatch(/^true (control|discount)\n$/);
  const { stdout: stranger } = await example('rollout.ts', '99999');
  expect(stranger).toBe('true undefined\n');
});

test('what a process knew is there for the next', async () => {
  const file = join(data, 'segments.snapshot');
  expect((await example('snapshot.ts', file)).stdout).toBe('server true\n');
  expect((await example('snapshot.ts', file)).stdout).toBe('bootstrap true\n');
});

test('lookups are figures of OpenTelemetry', async () => {
  const { stdout } = await example('telemetry.ts');
  expect(stdout).toContain('segment_store.client.lookups');
  expect(stdout).not.toContain('12583');
});
