import { setImmediate as turn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { createClient } from './client.ts';
import { customersIn, drivenServer, serving, servingWhile, skippingTime } from './driven-server.ts';
import { hedging } from './hedge.ts';
import { type ClientOptions, createSegmentClient, type SegmentClient } from './index.ts';
import { resolveOptions } from './options.ts';

/** Deadlines far above what a busy machine needs: what ends a call here is never the clock. */
const unhurried = { deadlineMs: 10_000, attemptTimeoutMs: 10_000, flightTimeoutMs: 10_000 };

function clientWithClock(options: ClientOptions) {
  const time = skippingTime();
  return { time, client: createClient(resolveOptions({ ...unhurried, ...options }), time) };
}

/** Fills the places of requests in flight, one a turn of the event loop; the service never answers. */
async function crowd(client: SegmentClient, { places }: { places: number }): Promise<readonly Promise<unknown>[]> {
  const waiting: Promise<unknown>[] = [];
  for (let call = 0; call < places; call += 1) {
    waiting.push(client.lookup(`crowd${call}`, { priority: 'critical' }));
    await turn();
  }
  await turn();
  expect(client.stats().origin.inFlight).toBe(places);
  return waiting;
}

test.each([
  ['sheddable', 11],
  ['normal', 14],
  [undefined, 14],
  ['critical', 16],
] as const)(
  'a %s lookup beside %d requests in flight is refused at once, beside one less it is asked',
  async (priority, full) => {
    await using server = await drivenServer(() => {});
    await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
    await crowd(client, { places: full - 1 });
    const asked = client.lookup('fits', { priority });
    await server.received(full);
    expect(await client.lookup('one-more', { priority })).toMatchObject({ error: { code: 'OVERLOADED', attempts: 0 } });
    expect(client.stats().origin).toMatchObject({ inFlight: full, limit: 16 });
    await client.close();
    expect(await asked).toMatchObject({ error: { code: 'CLOSED' } });
  },
);

test('the limit follows the service: it falls while requests time out, and rises while they are answered', async () => {
  let silent = true;
  const waiting: (() => void)[] = [];
  await using server = await drivenServer((asked, response) => {
    if (silent) return;
    waiting.push(() => serving()(asked, response));
    if (waiting.length === 10) for (const answerNow of waiting.splice(0)) answerNow();
  });
  const short = { deadlineMs: 10_000, attemptTimeoutMs: 1_000, flightTimeoutMs: 10_000 }; // longer than a busy machine sends twelve in
  await using client = createSegmentClient({ baseUrl: server.url, ...short });
  await Promise.all(await crowd(client, { places: 12 }));
  expect(client.stats().origin.limit).toBe(14);
  silent = false;
  await using healthy = createSegmentClient({ baseUrl: server.url, ...unhurried });
  const asked: Promise<unknown>[] = [];
  for (let call = 0; call < 10; call += 1) {
    asked.push(healthy.lookup(`c${call}`));
    await turn();
  }
  await Promise.all(asked);
  expect(client.stats().origin.limit).toBeGreaterThan(14);
});

test('refreshes behind stale answers travel in one request at a time', async () => {
  let silent = false;
  await using server = await drivenServer((asked, response) => {
    if (!silent) serving()(asked, response);
  });
  const { client, time } = clientWithClock({ baseUrl: server.url });
  const ids = Array.from({ length: 16 }, (_, index) => `c${index}`);
  await client.lookupMany(ids);
  silent = true;
  time.skip(120_000);
  const all = ids.map((id) => client.lookup(id));
  expect(await Promise.all(all)).toMatchObject(ids.map(() => ({ servedFrom: 'stale' })));
  for (const id of ids) {
    expect(await client.lookup(id)).toMatchObject({ servedFrom: 'stale' });
    await turn(); // its own turn, so it could be a request of its own
  }
  await server.received(2);
  expect(server.requests.map((asked) => customersIn(asked).length)).toEqual([16, 16]);
  expect(client.stats().origin.inFlight).toBe(1);
  await client.close();
});

test('a stale answer whose refresh failed is served for a while without asking again', async () => {
  let broken = false;
  await using server = await drivenServer(servingWhile(() => !broken));
  const { client, time } = clientWithClock({ baseUrl: server.url });
  await client.lookup('c1');
  broken = true;
  time.skip(120_000);
  await client.lookup('c1');
  await server.received(2);
  await vi.waitFor(() => expect(client.stats().origin.inFlight).toBe(0));
  for (let read = 0; read < 20; read += 1) {
    expect(await client.lookup('c1')).toMatchObject({ servedFrom: 'stale' });
    await turn();
  }
  expect(server.requests).toHaveLength(2);
  time.skip(1_201);
  await client.lookup('c1');
  await server.received(3);
  await client.close();
});

test('a customer whose answer failed falls back at once for a second, then is asked for again', async () => {
  let broken = true;
  await using server = await drivenServer(servingWhile(() => !broken));
  const { client, time } = clientWithClock({ baseUrl: server.url });
  expect(await client.lookup('c1')).toMatchObject({ error: { code: 'SERVER', attempts: 1 } });
  broken = false;
  expect(await client.lookup('c1')).toMatchObject({ error: { code: 'SERVER', attempts: 0 } });
  expect(await client.lookup('c2')).toMatchObject({ ok: true });
  time.skip(1_201);
  expect(await client.lookup('c1')).toMatchObject({ ok: true });
  await client.close();
});

test('hedging: a request slower than nearly all before gets a second one, and the first answer counts', async () => {
  let silent = false;
  await using server = await drivenServer((asked, response) => {
    if (silent) silent = false;
    else if (server.requests.length <= 4) setTimeout(() => serving()(asked, response), 40);
    else serving()(asked, response);
  });
  await using client = createSegmentClient({ baseUrl: server.url, hedge: hedging(), ...unhurried });
  for (let call = 0; call < 60; call += 1) await client.lookup(`c${call}`);
  const before = server.requests.length;
  silent = true;
  expect(await client.lookup('slow')).toMatchObject({ ok: true, servedFrom: 'server' });
  expect(server.requests).toHaveLength(before + 2);
  expect(client.stats().origin.retryTokens).toBeLessThan(10);
});
