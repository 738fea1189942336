/** A rollout from a planned ladder to everybody, and one that goes wrong: server, database, Prometheus and SDK are real. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSegmentClient } from '@segment-store/sdk';
import { createRollout, serverRules } from '@segment-store/sdk/rollout';
import { type Postgres, startPostgres } from '@segment-store/services/postgres';
import { startPrometheus } from '@segment-store/services/prometheus';
import type { Service } from '@segment-store/services/service';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RunningServer, runCommand, startServer } from '../support/commands.ts';

/** An application: each time it is scraped, 500 more of each arm have asked it. */
const errors = { candidate: 0, baseline: 0 };
let requests = 0;
const application = createServer((_, response) => {
  requests += 500;
  const lines = (['candidate', 'baseline'] as const).flatMap((arm) => [
    `app_requests_total{arm="${arm}"} ${requests}`,
    `app_errors_total{arm="${arm}"} ${errors[arm]}`,
  ]);
  response.setHeader('content-type', 'text/plain; version=0.0.4').end(`${lines.join('\n')}\n`);
});

let scratch = '';
let postgres: Postgres;
let prometheus: Service;
let server: RunningServer;
let key = '';
beforeAll(async () => {
  application.listen(0, '127.0.0.1');
  await once(application, 'listening');
  [scratch, postgres] = await Promise.all([mkdtemp(join(tmpdir(), 'rollout-')), startPostgres()]);
  const configFile = join(scratch, 'prometheus.yml');
  const target = `127.0.0.1:${Object(application.address()).port}`;
  await writeFile(
    configFile,
    `scrape_configs: [{ job_name: app, scrape_interval: 200ms, scrape_timeout: 200ms, static_configs: [{ targets: ['${target}'] }] }]`,
  );
  const keys = join(scratch, 'keys.json');
  const create = ['keys', 'create', 'rollouts', '--keys', keys, '--scopes', 'read,publish,admin'];
  const { events } = await runCommand('server', create);
  key = `${events.find((event) => event.kind === 'data')?.data.key}`;
  const flags = ['--store', `embedded:${join(scratch, 'store')}`, '--keys', keys, '--database', postgres.url];
  [prometheus, server] = await Promise.all([startPrometheus({ configFile }), startServer(flags, 'starting')]);
});
afterAll(async () => {
  await Promise.all([server.stop(), prometheus.stop()]);
  await postgres[Symbol.asyncDispose]();
  application.close();
  await rm(scratch, { recursive: true });
});

async function ask(path: string, init: { method?: string; body?: object; version?: number } = {}) {
  const { method = 'GET', body, version } = init;
  const headers = {
    authorization: `Bearer ${key}`,
    ...(version !== undefined && { 'if-match': `"${version}"` }),
    ...(body && { 'content-type': 'application/json' }),
  };
  const response = await fetch(server.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const answer = Object(await response.json());
  expect([response.status, answer.detail]).toEqual([200, undefined]);
  return answer;
}

const arm = (name: string) => ({
  requests: `sum(increase(app_requests_total{arm="${name}"}[$window]))`,
  errors: `sum(increase(app_errors_total{arm="${name}"}[$window]))`,
});
const ladder = {
  owner: 'team',
  analysis: { candidate: arm('candidate'), baseline: arm('baseline'), minRequests: 1_000 },
  stages: [
    { name: 'lyon', cities: ['Lyon'], percent: 100, hold: 'PT24H', entry: [{ name: 'up', query: 'min(up)', min: 1 }] },
    { name: 'world', percent: 100, hold: 'PT24H', exit: [{ name: 'up', query: 'min(up)', min: 1 }] },
  ],
};
const run = (name: string) => {
  const flags = ['--server', server.url, '--api-key', key, '--prometheus', prometheus.url, '--rehearse', '1s'];
  return runCommand('rollout', ['run', name, ...flags]);
};

test('a rollout is climbed to its last stage, in rehearsal, and the SDK opens its gate', async () => {
  await using client = createSegmentClient({ baseUrl: server.url, apiKey: key });
  using rollout = createRollout({ client, rules: serverRules({ baseUrl: server.url, apiKey: key }), refreshMs: 1_000 });
  await ask('/v1/rollouts/good', { method: 'PUT', body: ladder, version: 0 });
  expect(await rollout.ready()).toBe(true);
  expect(rollout.isOpen('good', 'c1', { city: 'Lyon' })).toBe(false);
  const { exitCode, events, stderr } = await run('good');
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(events.at(-1)).toMatchObject({ kind: 'result', data: { stage: 'world', rehearsal: true } });
  const said = JSON.stringify(events);
  expect(said).toContain('a rehearsal: in earnest it is PT24H');
  expect(events.filter(({ kind }) => kind === 'verdict').length).toBeGreaterThan(3);
  await vi.waitFor(() => expect(rollout.isOpen('good', 'c1', { city: 'Paris' })).toBe(true), { timeout: 5_000 });
  const { intact, steps } = await ask('/v1/rollouts/good/steps');
  expect([intact, steps.map(({ action }: { action: string }) => action)]).toEqual([
    true,
    ['put', 'advance', 'advance'],
  ]);
  expect(steps[1].reason).toContain('rehearsal');
});

test('a stage with errors is closed and the rollout halted; the run says why, and so does the log', async () => {
  await ask('/v1/rollouts/bad', { method: 'PUT', body: ladder, version: 0 });
  const step = { action: 'advance', to: 'lyon', reason: 'by hand' };
  await ask('/v1/rollouts/bad/steps', { method: 'POST', body: step, version: 1 });
  const spoiling = setInterval(() => {
    errors.candidate += 20;
  }, 50);
  const { exitCode, events } = await run('bad').finally(() => clearInterval(spoiling));
  const error = events.at(-1);
  expect([exitCode, error]).toMatchObject([
    4,
    { kind: 'error', text: expect.stringMatching(/halted.*lyon failed.*candidate/) },
  ]);
  expect(await ask('/v1/rollouts/bad')).toMatchObject({ state: 'halted', why: expect.stringContaining('rehearsal') });
  expect((await ask('/v1/rollout-rules')).gates.bad).toEqual({ stages: [] });
  const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  expect(await metrics.text()).toContain('segment_rollout_open_stages{rollout="bad",state="halted"} 0\n');
  const again = await run('bad');
  expect([again.exitCode, JSON.stringify(again.events.at(-1))]).toEqual([4, expect.stringContaining('is halted')]);
});

test('a query that cannot be answered is refused before anything opens', async () => {
  const stages = ladder.stages.map((stage) => ({ ...stage, entry: [{ name: 'wrong', query: 'sum(', min: 1 }] }));
  await ask('/v1/rollouts/wrong', { method: 'PUT', body: { ...ladder, stages }, version: 0 });
  const { exitCode, events } = await run('wrong');
  expect([exitCode, JSON.stringify(events.at(-1))]).toEqual([2, expect.stringContaining('sum(')]);
  expect(await ask('/v1/rollouts/wrong')).toMatchObject({ state: 'planned' });
});
