import { expect, test } from 'vitest';
import { seeded } from './chaos/seeded.ts';
import { createChaosClient } from './chaos.ts';
import { drivenServer, serving } from './driven-server.ts';

const ON = { SEGMENT_STORE_CHAOS: 'on' };
const unhurried = { deadlineMs: 10_000, maxRetries: 0 };

test.each([
  ['reset', 'NETWORK', 0],
  ['status', 'SERVER', 0],
  ['malformed', 'PROTOCOL', 1],
  ['hang', 'TIMEOUT', 0],
] as const)('%s ends as the real fault would, as %s', async (kind, code, requests) => {
  await using server = await drivenServer(serving());
  const options = { baseUrl: server.url, ...unhurried, ...(kind === 'hang' ? { deadlineMs: 500 } : {}) };
  await using client = createChaosClient(options, { [kind]: 1 }, ON);
  expect(await client.lookup('c1')).toMatchObject({ ok: false, error: { code } });
  expect(client.injected()[kind]).toBe(1);
  expect(server.requests).toHaveLength(requests);
});

test('latency comes before the request; a caller with less time leaves', async () => {
  await using server = await drivenServer(serving());
  const rates = { latency: 1, latencyMs: 60 };
  await using client = createChaosClient({ baseUrl: server.url, ...unhurried }, rates, ON);
  expect(await client.lookup('c1', { deadlineMs: 10 })).toMatchObject({ error: { code: 'TIMEOUT' } });
  expect(server.requests).toHaveLength(0);
  expect(await client.lookup('c2')).toMatchObject({ ok: true, servedFrom: 'server' });
});

test('without the environment’s word nothing happens', async () => {
  await using server = await drivenServer(serving());
  for (const environment of [{}, { SEGMENT_STORE_CHAOS: 'off' }, { SEGMENT_STORE_CHAOS: '' }]) {
    await using client = createChaosClient({ baseUrl: server.url, ...unhurried }, { reset: 1 }, environment);
    expect(client.armed).toBe(false);
    expect(await client.lookup('c1')).toMatchObject({ ok: true });
  }
});

test('a cached answer meets no fault, and inject({}) ends them', async () => {
  await using server = await drivenServer(serving());
  await using client = createChaosClient({ baseUrl: server.url, ...unhurried }, {}, ON);
  await client.lookup('c1');
  client.inject({ reset: 1 });
  expect(await client.lookup('c1')).toMatchObject({ servedFrom: 'cache' });
  expect(await client.lookup('c2')).toMatchObject({ error: { code: 'NETWORK' } });
  client.inject({});
  expect(await client.lookup('c3')).toMatchObject({ ok: true });
  expect(client.injected()).toEqual({ hang: 0, reset: 1, status: 0, malformed: 0, latency: 0 });
});

test('the same seed hits the same requests, in the share that was asked for', async () => {
  await using server = await drivenServer(serving());
  const sequence = async (seed: number): Promise<string> => {
    const options = { baseUrl: server.url, ...unhurried };
    await using client = createChaosClient(options, { status: 0.2, statusCode: 429, seed }, ON);
    let ended = '';
    for (let call = 0; call < 100; call += 1) ended += (await client.lookup(`c${call}`)).ok ? '.' : 'x';
    return ended;
  };
  const first = await sequence(7);
  expect(await sequence(7)).toBe(first);
  expect(await sequence(8)).not.toBe(first);
  expect(first.split('x').length - 1).toBeGreaterThan(8);
  expect(first.split('x').length - 1).toBeLessThan(35);
});

test('numbers of a seed are spread evenly', () => {
  const random = seeded(1);
  const numbers = Array.from({ length: 10_000 }, random);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(numbers.filter((number) => number < 0.1).length).toBeGreaterThan(900);
  expect(numbers.filter((number) => number < 0.1).length).toBeLessThan(1_100);
});

test.each([
  { rates: null, error: TypeError, names: 'not null; give rates' },
  { rates: { rest: 0.1 }, error: TypeError, names: 'did you mean reset?' },
  { rates: { reset: '5%' }, error: TypeError, names: 'reset is "5%"' },
  { rates: { reset: 5 }, error: RangeError, names: 'a share from 0 to 1' },
  { rates: { reset: Number.NaN }, error: RangeError, names: 'reset is NaN' },
  { rates: { reset: 0.6, hang: 0.6 }, error: RangeError, names: 'add up to 1.2' },
  { rates: { statusCode: 200 }, error: RangeError, names: 'from 400 to 599' },
  { rates: { latencyMs: 1.5 }, error: RangeError, names: 'whole number' },
  { rates: { seed: -1 }, error: RangeError, names: 'seed is -1' },
])('bad rates are told: $names', ({ rates, error, names }) => {
  const create = () => Reflect.apply(createChaosClient, undefined, [{ baseUrl: 'http://127.0.0.1:9' }, rates, ON]);
  expect(create).toThrow(error);
  expect(create).toThrow(names);
});
