/** The examples of the SDK, as they stand, against a real server; and what becomes of them when it freezes. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, resultOf, startServer } from '../support/commands.ts';
import { startOnEdge } from '../support/edge-runtime.ts';
import { startProgram } from '../support/program.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const FRANCE = 'recurrent-customers:country:France';
const REGULAR = '12583';

let data = '';
let server: RunningServer;
let environment: { readonly SEGMENT_STORE_URL: string };
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'examples-'));
  const orders = join(examples, 'online-retail');
  const inputs = ['orders.parquet', 'definitions.json', 'categories.csv'].map((name) => join(orders, name));
  const flags = ['--orders', '--definitions', '--categories'].flatMap((flag, index) => [flag, inputs[index] ?? '']);
  const { folder } = await resultOf('compute', ['run', ...flags, '--as-of', '2011-12-10', '--to', join(data, 'runs')]);
  const store = ['--store', `embedded:${join(data, 'store')}`];
  await resultOf('ingest', ['load', `${folder}`, ...store]);
  server = await startServer(store);
  environment = { SEGMENT_STORE_URL: server.url };
});
afterEach(() => void server.process.kill('SIGCONT'));
afterAll(async () => {
  await server.stop();
  await rm(data, { recursive: true });
});

/** From now on to the end of the test it accepts connections and answers nothing. */
const freeze = () => void server.process.kill('SIGSTOP');
const json = async (url: string, init?: RequestInit): Promise<unknown> => (await fetch(url, init)).json();

// A process that starts cold has 150 ms for its first lookup: on a busy machine it may take a second start.
describe('lookup', { retry: 2 }, () => {
  const lookup = async (file: string, ...args: readonly string[]): Promise<string> => {
    const env = { ...process.env, ...environment, CANDIDATE_URL: server.url };
    return (await promisify(execFile)(process.execPath, [join(examples, 'lookup', file), ...args], { env })).stdout;
  };

  test('a real customer is looked up, and a membership decides', async () => {
    const printed = await lookup('lookup.ts');
    expect(printed).toMatch(/^server \[/);
    expect(printed).toContain(`'${FRANCE}'`);
    expect(printed).toContain('Bienvenue encore !');
  });

  test('from CommonJS too', async () => {
    expect(await lookup('lookup.cjs')).toMatch(new RegExp(`^server \\[[^]*'${FRANCE}'`));
  });

  test('a candidate that is the same deployment agrees about everybody', async () => {
    expect(await lookup('shadow.ts', '12583', '17850', '99999')).toBe(
      '{ match: 3, mismatch: 0, unequalGeneration: 0, examples: [] }\n',
    );
  });

  test('a member takes part in an experiment, a stranger does not', async () => {
    expect(await lookup('rollout.ts', '12583')).toMatch(/^true (control|discount)\n$/);
    expect(await lookup('rollout.ts', '99999')).toBe('true undefined\n');
  });

  test('what a process knew is there for the next', async () => {
    const file = join(data, 'segments.snapshot');
    expect(await lookup('snapshot.ts', file)).toBe('server true\n');
    expect(await lookup('snapshot.ts', file)).toBe('bootstrap true\n');
  });

  test('lookups are figures of OpenTelemetry', async () => {
    const printed = await lookup('telemetry.ts');
    expect(printed).toContain('segment_store.client.lookups');
    expect(printed).not.toContain('12583');
  });

  test('a customer who never ordered has no segments', async () => {
    expect(await lookup('lookup.ts', '99999')).toMatch(/^server \[\]/);
  });
});

test('checkout: regulars have free delivery; when the service freezes everybody pays, in time', async () => {
  const shop = await startProgram(join(examples, 'checkout/checkout.ts'), environment);
  const delivery = (customer: string) => json(`${shop.url}/checkout?customer=${customer}`);
  expect(await delivery(REGULAR)).toEqual({ cents: 0, servedFrom: 'server' });
  expect(await delivery('nobody')).toEqual({ cents: 490, servedFrom: 'server' });
  freeze();
  expect(await delivery(REGULAR)).toEqual({ cents: 0, servedFrom: 'cache' });
  const before = performance.now();
  expect(await delivery('somebody-else')).toEqual({ cents: 490, servedFrom: 'fallback' });
  expect(performance.now() - before).toBeLessThan(1_000);
  expect(await shop.stop()).toBe(0);
});

describe('batch-job', () => {
  async function newsletter(segment: string, ids: readonly string[]) {
    const env = { ...process.env, ...environment };
    const child = spawn(process.execPath, [join(examples, 'batch-job/newsletter.ts'), segment], { env });
    child.stdin.end(ids.map((id) => `${id}\n`).join(''));
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { stdout, stderr, code };
  }

  test('keeps those in the segment, of many thousands', async () => {
    const ids = [...Array.from({ length: 6_000 }, (_, index) => `no-${index}`), REGULAR, 'nobody'];
    expect(await newsletter(FRANCE, ids)).toEqual({
      stdout: `${REGULAR}\n`,
      stderr: `1 of 6002 customers are in ${FRANCE}\n`,
      code: 0,
    });
  });

  test('does not guess: when customers cannot be found out about, it ends with 6', async () => {
    const gone = { SEGMENT_STORE_URL: 'http://127.0.0.1:9' };
    const env = { ...process.env, ...gone };
    const child = spawn(process.execPath, [join(examples, 'batch-job/newsletter.ts'), FRANCE], { env });
    child.stdin.end(`${REGULAR}\n`);
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect(stderr).toBe('could not find out about every customer (NETWORK)\n');
    expect(code).toBe(6);
  });
});

test('openfeature: flags of a Hono app are segments; when the service freezes the default counts', async () => {
  const shop = await startProgram(join(examples, 'openfeature/shop.ts'), environment);
  const ask = (customer: string, what: string) => json(`${shop.url}/customers/${customer}/${what}`);
  expect(await ask('nobody', 'greeting')).toMatchObject({ greeting: 'Bienvenue !' });
  await expect.poll(() => ask(REGULAR, 'greeting')).toMatchObject({ greeting: 'Bienvenue encore !' });
  expect(await ask(REGULAR, 'segments')).toMatchObject({
    segments: expect.arrayContaining([FRANCE]),
    generation: expect.stringMatching(/^\d{8}t/),
  });
  freeze();
  expect(await ask(REGULAR, 'greeting')).toEqual({ greeting: 'Bienvenue encore !', reason: 'CACHED' });
  expect(await ask('somebody-else', 'greeting')).toEqual({ greeting: 'Bienvenue !', reason: 'ERROR' });
  expect(await shop.stop()).toBe(0);
});

test('game-day: with the variable callers meet faults, within their deadline; without it none', async () => {
  const gameDay = async (variables: Readonly<Record<string, string>>) => {
    const env = { ...process.env, ...environment, ...variables };
    return JSON.parse(
      (await promisify(execFile)(process.execPath, [join(examples, 'game-day/game-day.ts')], { env })).stdout,
    );
  };
  const { armed, worstMs, injected, served } = await gameDay({ SEGMENT_STORE_CHAOS: 'on' });
  expect(armed).toBe(true);
  expect(injected.reset + injected.hang).toBeGreaterThan(5);
  expect(served.server + served.fallback).toBe(100);
  expect(worstMs).toBeLessThan(1_000);
  expect(await gameDay({})).toMatchObject({ armed: false, injected: { reset: 0, hang: 0, latency: 0 } });
});

test('edge: on a real edge runtime the page depends on the customer; a request that left does no harm to the next', async () => {
  await using edge = await startOnEdge(join(examples, 'edge/worker.ts'), environment);
  const page = (customer: string) => json(edge.url, { headers: { cookie: `a=b; customer=${customer}` } });
  // An isolate that starts cold may use up its 50 ms.
  await expect.poll(() => page(REGULAR)).toMatchObject({ page: '/fr/regulars' });
  expect(await page(REGULAR)).toEqual({ page: '/fr/regulars', servedFrom: 'cache' });
  freeze();
  const fallback = { page: '/', servedFrom: 'fallback' };
  // Each leaves at its deadline, and its runtime ends its request with it: no place, flight or probe may stay taken.
  for (let round = 0; round < 3; round += 1) {
    expect(await Promise.all(['x', 'y', 'y', 'z'].map(page))).toEqual([fallback, fallback, fallback, fallback]);
  }
  server.process.kill('SIGCONT');
  await expect.poll(() => page('y'), { timeout: 10_000 }).toEqual({ page: '/', servedFrom: 'server' });
});
