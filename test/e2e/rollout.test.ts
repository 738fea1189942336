/** A rollout from a planned ladder to everybody, and one that goes wrong: server, database, Prometheus and SDK are real. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRunId } from '@segment-store/contract/id';
import { createSegmentClient } from '@segment-store/sdk';
import { createRollout, serverRules } from '@segment-store/sdk/rollout';
import { type Postgres, startPostgres } from '@segment-store/services/postgres';
import { startPrometheus } from '@segment-store/services/prometheus';
import type { Service } from '@segment-store/services/service';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RunningServer, resultOf, runCommand, startServer } from '../support/commands.ts';
import { createKey } from '../support/keys.ts';
import { generatedMember, generatedParts, runFiles, writeRun } from '../support/run-folder.ts';

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

const RUN = parseRunId('20260101t000000z');
const customers = Array.from({ length: 300 }, (_, index) => generatedMember(index, 1).customerId);
/** A candidate: the server itself, but every hundredth customer is in no segment. */
const candidate = createServer(async ({ url: target = '', headers: { authorization = '' } }, response) => {
  const body = await (await fetch(server.url + target, { headers: { authorization } })).text();
  const isWrong = customers.findIndex((customer) => target.includes(`/${customer}/`)) % 100 === 7;
  response.end(isWrong ? body.replace(/"segmentIds":\[.*?\]/, '"segmentIds":[]') : body);
});
beforeAll(async () => {
  for (const one of [application, candidate]) {
    one.listen(0, '127.0.0.1');
    await once(one, 'listening');
  }
  [scratch, postgres] = await Promise.all([mkdtemp(join(tmpdir(), 'rollout-')), startPostgres()]);
  const configFile = join(scratch, 'prometheus.yml');
  const target = `127.0.0.1:${Object(application.address()).port}`;
  await writeFile(
    configFile,
    `scrape_configs: [{ job_name: app, scrape_interval: 200ms, scrape_timeout: 200ms, static_configs: [{ targets: ['${target}'] }] }]`,
  );
  const keys = join(scratch, 'keys.json');
  key = await createKey(keys, 'rollouts', '--scopes', 'read,publish,admin');
  const store = `embedded:${join(scratch, 'store')}`;
  const parts = generatedParts({ customers: customers.length, parts: 1, seed: 1 });
  const folder = await writeRun(join(scratch, RUN), runFiles({ run: RUN, parts }));
  await resultOf('ingest', ['load', folder, '--store', store]);
  const flags = ['--store', store, '--keys', keys, '--database', postgres.url];
  [prometheus, server] = await Promise.all([startPrometheus({ configFile }), startServer(flags)]);
});
afterAll(async () => {
  await Promise.all([server.stop(), prometheus.stop()]);
  await postgres[Symbol.asyncDispose]();
  application.close();
  candidate.close();
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

test('the ladder and the experiments of the launch plan are what a server takes', async () => {
  const launch = join(import.meta.dirname, '../../deploy/launch');
  const file = ['--ladder', join(launch, 'ladder.json')];
  const put = await runCommand('rollout', ['put', 'launch', ...file, '--server', server.url, '--api-key', key]);
  expect([put.exitCode, put.events.at(-1)]).toMatchObject([0, { data: { next: { stage: 'lyon' } } }]);
  const body = JSON.parse(await readFile(join(launch, 'experiments.json'), 'utf8'));
  expect(await ask('/v1/experiments', { method: 'PUT', body, version: 0 })).toMatchObject({ version: 1 });
});

test('people write a ladder, sign off, halt and roll back by command; what cannot be is refused', async () => {
  const file = join(scratch, 'ladder.json');
  const stages = ladder.stages.map((stage) => ({ ...stage, signOffs: 1 }));
  await writeFile(file, JSON.stringify({ ...ladder, stages }));
  const kept = ['--server', server.url, '--api-key', key];
  const step = (action: string) => runCommand('rollout', ['step', 'by-hand', action, '--reason', 'a test', ...kept]);
  const put = () => runCommand('rollout', ['put', 'by-hand', '--ladder', file, ...kept]);
  expect((await put()).events.at(-1)).toMatchObject({
    kind: 'result',
    text: 'by-hand is planned, nothing of it is open; lyon is next and lacks 1 sign-off',
    data: { version: 1 },
  });
  const early = await step('advance');
  const refusal = { text: expect.stringContaining('lacks 1 sign-offs') };
  expect([early.exitCode, early.events.at(-1)]).toMatchObject([4, refusal]);
  for (const action of ['sign-off', 'advance', 'halt', 'resume']) expect((await step(action)).exitCode).toBe(0);
  expect(await ask('/v1/rollouts/by-hand')).toMatchObject({ state: 'open', stage: 'lyon' });
  expect((await step('roll-back')).events.at(-1)).toMatchObject({ data: { state: 'halted', why: 'a test' } });
  expect((await step('forward')).exitCode).toBe(2);
  expect((await step('advance')).exitCode).toBe(4);
  expect((await put()).exitCode).toBe(0);
});

test('a query that cannot be answered is refused before anything opens', async () => {
  const stages = ladder.stages.map((stage) => ({ ...stage, entry: [{ name: 'wrong', query: 'sum(', min: 1 }] }));
  await ask('/v1/rollouts/wrong', { method: 'PUT', body: { ...ladder, stages }, version: 0 });
  const { exitCode, events } = await run('wrong');
  expect([exitCode, JSON.stringify(events.at(-1))]).toEqual([2, expect.stringContaining('sum(')]);
  expect(await ask('/v1/rollouts/wrong')).toMatchObject({ state: 'planned' });
});

async function shadow(candidateUrl: string) {
  const file = join(scratch, 'day.gor');
  const recorded = customers.map((customer, at) => {
    const head = `GET /v1/customers/${customer}/segments?view=full HTTP/1.1\r\nHost: live\r\n\r\n`;
    return `1 ${at} ${at * 1_000_000} 0\n${head}\n🐵🙈🙉\n`;
  });
  await writeFile(file, recorded.join(''));
  const controls = ['--control-a', server.url, '--control-b', server.url, '--api-key', key, '--timeout', '20s'];
  const enough = ['--comparisons', '300', '--during', '200ms'];
  const args = ['shadow', '--candidate', candidateUrl, ...controls, '--file', file, ...enough];
  const { exitCode, events } = await runCommand('rollout', args);
  const result = events.find(({ kind }) => kind === 'result');
  return { exitCode, data: result?.kind === 'result' ? result.data : {} };
}

test('answers of a real server are the same as its own; a candidate that gives three customers others is refused', async () => {
  expect(await shadow(server.url)).toMatchObject({
    exitCode: 0,
    data: { verdict: 'passed', comparisons: 300, silent: 0 },
  });
  const { port } = Object(candidate.address());
  const found = { verdict: 'refused', comparisons: 300, candidate: 3, noise: 0, generation: 0 };
  expect(await shadow(`http://127.0.0.1:${port}`)).toMatchObject({ exitCode: 4, data: found });
});
