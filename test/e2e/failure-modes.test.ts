/** `docs/failure-modes.md`, row by row: real servers, real failures, and what a caller gets. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRunId, type RunId } from '@segment-store/contract/id';
import { startElasticsearch } from '@segment-store/services/elasticsearch';
import { type FaultProxy, startFaultProxy } from '@segment-store/services/fault-proxy';
import { startRedis } from '@segment-store/services/redis';
import type { Service } from '@segment-store/services/service';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type RunningServer, resultOf, startServer } from '../support/commands.ts';
import { createKey } from '../support/keys.ts';
import { tellRedis } from '../support/redis.ts';
import { generatedMember, generatedParts, runFiles, writeRun } from '../support/run-folder.ts';
import { rowsOf } from '../support/table.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const page = await readFile(new URL('../../docs/failure-modes.md', import.meta.url), 'utf8');
const rows = rowsOf(page, ['part', 'failure', 'seen here', 'seen elsewhere', 'never seen', '`/readyz`']);

/** Of each kind in each row; the store's breaker opens within so many. */
const CUSTOMERS = 24;
/** Not the 8 and 250 ms of the defaults: here every server shares two cores with everybody else. */
const REDIS_MS = 100;
const STORE_MS = 1_000;
/** Client, server, Elasticsearch and Redis share two cores with other tests. */
const NOISE_MS = 200;

const [run, nextRun] = [parseRunId('20260131t040000z'), parseRunId('20260201t040000z')];
const SEEDS: Readonly<Record<RunId, number>> = { [run]: 1, [nextRun]: 2 };

let scratch = '';
/** Of class critical: a server that shares its machine refuses others, which is no failure of a part. */
let authorization = '';
let elasticsearch: Service;
let redis: Service;
let toElasticsearch: FaultProxy;
let toRedis: FaultProxy;
let shared: Deployment;

const portOf = ({ url }: Service) => Number(new URL(url).port);
const startStore = (port?: number) =>
  startElasticsearch({ ...(port && { port }), settings: { 'path.data': join(scratch, 'elasticsearch') } });

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segment-failure-modes-'));
  authorization = `Bearer ${await createKey(keyFile(), 'checkout', '--class', 'critical')}`;
  [elasticsearch, redis] = await Promise.all([startStore(), startRedis()]);
  toElasticsearch = await startFaultProxy(elasticsearch.url);
  toRedis = await startFaultProxy(redis.url);
  shared = await deploy();
  const isWarm = async () => expect(await slowest()).toBeLessThan(100);
  await vi.waitFor(isWarm, { interval: 200, timeout: 60_000 });
});
afterAll(async () => {
  await shared.elsewhere.stop();
  await Promise.all([toElasticsearch.stop(), toRedis.stop(), elasticsearch.stop(), redis.stop()]);
  await rm(scratch, { recursive: true });
});

const keyFile = () => join(scratch, 'keys.json');
const keys = () => ['--keys', keyFile()];

/** Of one question after the other, to an Elasticsearch that has just started. */
async function slowest(): Promise<number> {
  return Math.max(...(await askEach(shared.elsewhere, take(CUSTOMERS))).map(({ ms }) => ms));
}

interface Deployment {
  readonly prefix: string;
  /** The server that has seen what the one under test has not; nothing stands between it and its tiers. */
  readonly elsewhere: RunningServer;
}

async function deploy(): Promise<Deployment> {
  const prefix = `failure-modes-${randomUUID().slice(0, 8)}`;
  await load(prefix, run);
  const tiers = ['--store', elasticsearch.url, '--redis', redis.url];
  return { prefix, elsewhere: await startServer(['--prefix', prefix, ...keys(), ...tiers]) };
}

async function load(prefix: string, id: RunId): Promise<void> {
  const parts = generatedParts({ customers: 5_000, parts: 1, seed: SEEDS[id] ?? 0 });
  const folder = await writeRun(join(scratch, `${prefix}-${id}`), runFiles({ run: id, parts }));
  const gates = ['drift', 'segment-drift', 'vanished-segments'].flatMap((gate) => ['--accept', gate]);
  await resultOf('ingest', [
    'load',
    folder,
    '--store',
    elasticsearch.url,
    '--prefix',
    prefix,
    '--shards',
    '3',
    ...gates,
  ]);
}

/** One row under way. */
interface Scene extends Deployment {
  /** Under test: a proxy before each of its tiers. */
  server: RunningServer;
  readonly flags: readonly string[];
  /** By which every answer must be there. */
  readonly deadlineMs: number;
}

interface Failure {
  /** What it breaks is no use to the next row. */
  readonly ownDeployment?: true;
  /** Its reads wait so long. Default: `STORE_MS`; shorter where many of them wait in vain. */
  readonly storeMs?: number;
  /** Of the server under test, from its start. */
  readonly flags?: readonly string[];
  /** Returns how to undo it, where it can be undone. */
  make(scene: Scene): Promise<(() => unknown) | undefined>;
}

const signal = (service: Service, name: NodeJS.Signals) => process.kill(service.pid, name);

async function freeze(service: Service) {
  signal(service, 'SIGSTOP');
  return () => signal(service, 'SIGCONT');
}

async function killRedis() {
  const port = portOf(redis);
  signal(redis, 'SIGKILL');
  await redis.stop();
  return async () => {
    redis = await startRedis({ port });
  };
}

async function killElasticsearch() {
  const port = portOf(elasticsearch);
  signal(elasticsearch, 'SIGKILL');
  await elasticsearch.stop();
  return async () => {
    elasticsearch = await startStore(port);
  };
}

/** As its end looks from outside, and over sooner than it could start again. */
async function cutOff(proxy: FaultProxy) {
  proxy.inject({ kind: 'reset' });
  return () => proxy.heal();
}

async function delayed(proxy: FaultProxy, ms: number) {
  proxy.inject({ kind: 'latency', ms });
  return () => proxy.heal();
}

const failures: Readonly<Record<string, Failure>> = {
  'nothing: fails': { make: async () => undefined },
  'Redis: frozen': { make: () => freeze(redis) },
  'Redis: empty after a restart': {
    async make() {
      const restart = await killRedis();
      await restart();
      const clients = () => tellRedis(redis.url, 'CLIENT LIST');
      await expect
        .poll(async () => (await clients()).match(/name=segment-server/g)?.length, { timeout: 20_000 })
        .toBeGreaterThan(1);
      return undefined;
    },
  },
  'Redis: down': { make: killRedis },
  'Redis: slow': { make: () => delayed(toRedis, 3 * REDIS_MS) },
  'Redis: full': {
    async make() {
      await tellRedis(redis.url, 'CONFIG SET maxmemory 1');
      return () => tellRedis(redis.url, 'CONFIG SET maxmemory 0');
    },
  },
  'Redis: refuses the password': {
    flags: ['--redis', 'redis://nobody:wrong@127.0.0.1:{redis}'],
    make: async () => undefined,
  },
  'Elasticsearch: slow': { storeMs: 250, make: () => delayed(toElasticsearch, 2_000) },
  'Elasticsearch: frozen': { storeMs: 250, make: () => freeze(elasticsearch) },
  'Elasticsearch: answers 429': {
    async make() {
      const limit = (value: string | null) =>
        ask('PUT', '/_cluster/settings', { persistent: { 'indices.breaker.total.limit': value } });
      await limit('1mb');
      return () => limit(null);
    },
  },
  'Elasticsearch: has lost a shard of three': {
    ownDeployment: true,
    storeMs: 250,
    async make({ prefix }) {
      const index = `${prefix}-members-${run}`;
      await ask('POST', `/${index}/_close`);
      const [{ uuid }]: [{ uuid: string }] = JSON.parse(await ask('GET', `/_cat/indices/${index}?format=json&h=uuid`));
      const shard = join(scratch, 'elasticsearch', 'indices', uuid, '0', 'index');
      const commits = (await readdir(shard)).filter((name) => name.startsWith('segments_'));
      for (const name of commits) await rename(join(shard, name), join(scratch, `lost-${name}`));
      await ask('POST', `/${index}/_open?wait_for_active_shards=0`);
      const shards = () => ask('GET', `/_cat/shards/${index}?h=state`);
      await expect
        .poll(async () => (await shards()).split(/\s+/).filter(Boolean).sort(), { timeout: 20_000 })
        .toEqual(['STARTED', 'STARTED', 'UNASSIGNED']);
      return undefined;
    },
  },
  'Elasticsearch: has lost the catalogue of the served generation': {
    ownDeployment: true,
    async make({ prefix }) {
      await ask('DELETE', `/${prefix}-catalogue-${run}`);
      return undefined;
    },
  },
  'Elasticsearch: has lost the catalogue of a generation just published': {
    ownDeployment: true,
    async make({ prefix, server }) {
      server.process.kill('SIGSTOP'); // or it would have read it before it is lost
      await load(prefix, nextRun);
      await ask('DELETE', `/${prefix}-catalogue-${nextRun}`);
      server.process.kill('SIGCONT');
      const readiness = async () => (await (await fetch(`${server.url}/readyz`)).text()).includes(nextRun);
      await expect.poll(readiness, { timeout: 20_000 }).toBe(true);
      return undefined;
    },
  },
  'Elasticsearch: down': { make: killElasticsearch },
  'both: down': {
    async make() {
      const heals = [await cutOff(toElasticsearch), await killRedis()];
      return () => Promise.all(heals.map((heal) => heal()));
    },
  },
  'the server: restarted while Elasticsearch is down': { make: (scene) => restartWithout(scene, 'starting') },
  'the server: restarted while Elasticsearch is down, with `--state-dir`': {
    flags: ['--state-dir', '{scratch}/state'],
    make: (scene) => restartWithout(scene, 'serving'),
  },
};

/** Of Elasticsearch; the server comes to `stage` all the same. */
async function restartWithout(scene: Scene, stage: string) {
  const heal = await cutOff(toElasticsearch);
  await scene.server.stop();
  scene.server = await startServer(scene.flags, stage);
  return heal;
}

/** Past every server of ours. */
async function ask(method: string, path: string, body?: object): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const answer = await fetch(`${elasticsearch.url}${path}`, init);
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.text();
}

let taken = 0;
const take = (count: number): number[] => Array.from({ length: count }, () => taken++);
const nameOf = (customer: number) => `customer-${customer}`;

async function lookups({ url }: RunningServer, customers: readonly number[]): Promise<readonly Item[]> {
  const body = JSON.stringify({ customerIds: customers.map(nameOf) });
  const headers = { 'content-type': 'application/json', authorization };
  const answer = await fetch(`${url}/v1/lookups`, { method: 'POST', headers, body });
  const { items }: { items: Item[] } = JSON.parse(await answer.text());
  return items;
}
interface Item {
  readonly status: number;
  readonly segmentIds?: readonly string[];
}

/** Asks until all are answered: an Elasticsearch that has just started takes its time. */
async function seen(server: RunningServer, customers: readonly number[]): Promise<void> {
  const statuses = async () => new Set((await lookups(server, customers)).map(({ status }) => status));
  await expect.poll(statuses, { interval: 500, timeout: 60_000 }).toEqual(new Set([200]));
}

/** Asks the other server until all of them are in Redis: its own connection may still be coming back. */
async function seeElsewhere({ prefix, elsewhere }: Deployment, customers: readonly number[]): Promise<void> {
  const keys = (all: readonly number[]) => all.map((one) => `${prefix}:${run}:id:${nameOf(one)}`).join(' ');
  const areKept = async (all: readonly number[]) => {
    await seen(elsewhere, all);
    return tellRedis(redis.url, `EXISTS ${keys(all)}`);
  };
  await expect.poll(() => areKept(take(1)), { interval: 200, timeout: 30_000 }).toBe(':1\r\n');
  await expect.poll(() => areKept(customers), { timeout: 10_000 }).toBe(`:${customers.length}\r\n`);
}

interface Told {
  /** As the page has it: 200 `hit`. */
  readonly answer: string;
  readonly ms: number;
}

/** One after the other. What is 200 must be what the source says. */
async function askEach({ url }: RunningServer, customers: readonly number[]): Promise<readonly Told[]> {
  const told: Told[] = [];
  for (const customer of customers) {
    const startedAt = performance.now();
    const response = await fetch(`${url}/v1/customers/${nameOf(customer)}/segments`, { headers: { authorization } });
    const body = JSON.parse(await response.text());
    told.push({ answer: answerOf(response, body, customer), ms: performance.now() - startedAt });
  }
  return told;
}

function answerOf({ status, headers }: Response, body: Body, customer: number): string {
  if (status !== 200) {
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('cache-control')).toBe('no-store');
    return `${status} \`${body.type?.split(':').at(-1)}\``;
  }
  const { customerId, segmentIds } = generatedMember(customer, SEEDS[run] ?? 0);
  expect(body).toMatchObject({ customerId, segmentIds, known: true, generation: run });
  expect([headers.get('segment-generation'), headers.get('segment-stale')]).toEqual([run, null]);
  return `${status} \`${headers.get('cache-status')?.includes('; hit') ? 'hit' : 'miss'}\``;
}
interface Body {
  readonly type?: string;
  readonly segmentIds?: readonly string[];
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** How long, in the words of the page. */
const speeds: Readonly<Record<string, (ms: readonly number[]) => void>> = {
  'at once': (ms) => expect(median(ms)).toBeLessThan(50),
  'in a read': (ms) => expect(median(ms)).toBeLessThan(150),
  'by the deadline': () => {},
  'by the deadline, then at once': (ms) => {
    expect(median(ms)).toBeGreaterThan(200);
    expect(median(ms.slice(-3))).toBeLessThan(50);
  },
};

/** Asks for each of them, and compares with a cell of the page. */
async function expectCell(cell: string, { server, deadlineMs }: Scene, customers: readonly number[]): Promise<void> {
  const told = await askEach(server, customers);
  const [answers = '', ...speed] = cell.split(', ');
  expect([...new Set(told.map(({ answer }) => answer))].sort().join(' or ')).toBe(answers);
  const ms = told.map((one) => one.ms);
  expect(Math.max(...ms)).toBeLessThan(deadlineMs + NOISE_MS);
  expect(Object.keys(speeds)).toContain(speed.join(', '));
  speeds[speed.join(', ')]?.(ms);
}

test('the page has a row for every failure that is made here, and no other', () => {
  expect(rows.map(([part, failure]) => `${part}: ${failure}`)).toEqual(Object.keys(failures));
});

async function begin({ ownDeployment, storeMs = STORE_MS, flags = [] }: Failure): Promise<Scene> {
  const deployment = ownDeployment ? await deploy() : shared;
  const tiers = ['--store', toElasticsearch.url, '--redis', toRedis.url.replace('http', 'redis')];
  const own = flags.map((flag) => flag.replace('{redis}', `${toRedis.port}`).replace('{scratch}', scratch));
  const times = ['--redis-timeout-ms', `${REDIS_MS}`, '--store-timeout-ms', `${storeMs}`, '--poll-ms', '200'];
  const all = ['--prefix', deployment.prefix, ...keys(), ...times, ...tiers, ...own];
  const deadlineMs = REDIS_MS + storeMs + 50;
  const scene = { ...deployment, deadlineMs, flags: all, server: await startServer(all) };
  onTestFinished(async () => {
    await scene.server.stop();
    if (!ownDeployment) return;
    await deployment.elsewhere.stop();
    const indices = JSON.parse(await ask('GET', `/_cat/indices/${deployment.prefix}-*?format=json&h=index`));
    for (const { index } of indices) await ask('DELETE', `/${index}`);
  });
  return scene;
}

test.each(rows)('%s: %s', async (part, what, ...[seenHere = '', seenElsewhere = '', neverSeen = '', readyz]) => {
  const failure = failures[`${part}: ${what}`];
  if (failure === undefined) throw new Error('nothing makes this failure');
  const scene = await begin(failure);
  const [here, elsewhere, never] = [take(CUSTOMERS), take(CUSTOMERS), take(CUSTOMERS)];
  await seen(scene.server, here);
  await seeElsewhere(scene, elsewhere);
  const heal = await failure.make(scene);
  try {
    await expectCell(seenHere, scene, here);
    await expectCell(seenElsewhere, scene, elsewhere);
    await expectCell(neverSeen, scene, never);
    expect((await fetch(`${scene.server.url}/readyz`)).status).toBe(Number(readyz));
  } finally {
    await heal?.();
  }
  if (heal !== undefined) await seen(scene.server, take(CUSTOMERS));
});
