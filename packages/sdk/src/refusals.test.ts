import { expect, test } from 'vitest';
import { createClient } from './client.ts';
import { customersIn, drivenServer, problem, reply, serving, skippingTime } from './driven-server.ts';
import { type ClientOptions, createSegmentClient } from './index.ts';
import { resolveOptions } from './options.ts';

/** Deadlines far above what a busy machine needs: what ends a call here is never the clock. */
const unhurried = { deadlineMs: 10_000, attemptTimeoutMs: 10_000, flightTimeoutMs: 10_000 };

function clientWithClock(options: ClientOptions) {
  const time = skippingTime();
  return { time, client: createClient(resolveOptions({ ...unhurried, ...options }), time) };
}

test('a service that asks to be left alone is left alone for as long as it asks', async () => {
  await using server = await drivenServer((asked, response) =>
    server.requests.length === 1
      ? reply(response, problem('rate-limited', 429), { status: 429, headers: { 'retry-after': '5' } })
      : serving()(asked, response),
  );
  const { client, time } = clientWithClock({
    baseUrl: server.url,
    deadlineMs: 2_000,
    flightTimeoutMs: 2_000,
    attemptTimeoutMs: 2_000,
  });
  expect(await client.lookup('c1')).toMatchObject({ error: { code: 'THROTTLED', attempts: 1 } });
  expect(client.stats().origin.pushedBack).toBe(true);
  expect(await client.lookup('c2')).toMatchObject({ error: { code: 'THROTTLED', attempts: 0 } });
  time.skip(4_900);
  expect(await client.lookup('c3')).toMatchObject({ error: { code: 'THROTTLED', attempts: 0 } });
  time.skip(1_200);
  expect(await client.lookup('c4')).toMatchObject({ ok: true });
  expect(server.requests).toHaveLength(2);
  await client.close();
});

test.each([
  [{ 'retry-after-ms': '20' }, 2],
  [{ 'retry-after': '0', 'x-should-retry': 'false' }, 1],
])('a 429 with %j is tried %d times', async (headers, attempts) => {
  await using server = await drivenServer((_, response) =>
    reply(response, problem('rate-limited', 429), { status: 429, headers }),
  );
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  expect(await client.lookup('c1')).toMatchObject({ error: { code: 'THROTTLED', attempts } });
});

test('a key that is refused is tried again rarely, what is known is served, and it never ends for good', async () => {
  let refusing = false;
  await using server = await drivenServer((asked, response) =>
    refusing ? reply(response, problem('unauthorized', 401), { status: 401 }) : serving()(asked, response),
  );
  const { client, time } = clientWithClock({ baseUrl: server.url, apiKey: 'k1' });
  await client.lookup('known');
  refusing = true;
  time.skip(400_000);
  for (let second = 0; second < 600; second += 1) {
    expect(await client.lookup(`c${second}`)).toMatchObject({ error: { code: 'UNAUTHORIZED' } });
    time.skip(1_000);
  }
  expect(await client.lookup('known')).toMatchObject({ servedFrom: 'stale', error: { code: 'UNAUTHORIZED' } });
  expect(server.requests.length).toSatisfy((requests: number) => requests >= 9 && requests <= 12);
  refusing = false;
  time.skip(360_000);
  expect(await client.lookup('later')).toMatchObject({ ok: true });
  expect(client.stats().origin.pushedBack).toBe(false);
  await client.close();
});

test('a 403 of something else than the service is no word on the key', async () => {
  await using server = await drivenServer((asked, response) =>
    customersIn(asked)[0] === '../etc' ? response.writeHead(403).end('blocked') : serving()(asked, response),
  );
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  expect(await client.lookup('../etc')).toMatchObject({ error: { code: 'UNAUTHORIZED' } });
  expect(await client.lookup('c1')).toMatchObject({ ok: true });
});

/** A service that takes one key at a time. */
async function keyed() {
  const now = { key: 'k1' };
  const server = await drivenServer((asked, response) =>
    asked.headers.authorization === `Bearer ${now.key}`
      ? serving()(asked, response)
      : reply(response, problem('unauthorized', 401), { status: 401 }),
  );
  return { now, server };
}

test('a key given by a function is read once, and again when the service refuses it: nobody notices', async () => {
  const { now, server } = await keyed();
  await using _ = server;
  let reads = 0;
  const apiKey = async () => {
    reads += 1;
    return now.key;
  };
  await using client = createSegmentClient({ baseUrl: server.url, apiKey, ...unhurried });
  await client.lookup('c1');
  await client.lookup('c2');
  expect(reads).toBe(1);
  now.key = 'k2';
  expect(await client.lookup('c3')).toMatchObject({ ok: true });
  expect(reads).toBe(2);
});

test.each([
  ['throws', () => Promise.reject(new Error('vault'))],
  ['gives nothing', async () => ''],
  ['never settles', () => new Promise<string>(() => {})],
])('a function that %s is UNAUTHORIZED within the deadline, and no fault of the service', async (_, apiKey) => {
  await using server = await drivenServer(serving());
  const ms = { deadlineMs: 10_000, attemptTimeoutMs: 100, flightTimeoutMs: 10_000 };
  await using client = createSegmentClient({ baseUrl: server.url, apiKey, ...ms });
  const asked = Array.from({ length: 3 }, (_, index) => client.lookup(`c${index}`));
  expect(await Promise.all(asked)).toMatchObject(asked.map(() => ({ error: { code: 'UNAUTHORIZED' } })));
  expect(client.stats().origin.breaker).toBe('closed');
  expect(server.requests).toEqual([]);
});

test('two clients with the same function share its key, with another they do not', async () => {
  const { server } = await keyed();
  await using _ = server;
  let reads = 0;
  const apiKey = () => {
    reads += 1;
    return 'k1';
  };
  await using one = createSegmentClient({ baseUrl: server.url, apiKey, ...unhurried });
  await using same = createSegmentClient({ baseUrl: server.url, apiKey, ...unhurried });
  await using other = createSegmentClient({ baseUrl: server.url, apiKey: () => apiKey(), ...unhurried });
  for (const client of [one, same, other]) expect(await client.lookup('c1')).toMatchObject({ ok: true });
  expect(reads).toBe(2);
});
