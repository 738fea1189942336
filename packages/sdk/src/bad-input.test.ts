import { expect, test, vi } from 'vitest';
import {
  BAD_CALL_OPTIONS,
  BAD_CUSTOMER_IDS,
  BAD_OPTIONS,
  BAD_REPLIES,
  BAD_SEGMENT_IDS,
  HOSTILE_SIGNALS,
} from './bad-input.cases.ts';
import { drivenServer, rawServer, serving } from './driven-server.ts';
import { createSegmentClient, type SegmentClient } from './index.ts';
import { resolveOptions } from './options.ts';

/** As plain JavaScript calls: no type stands in the way. */
const untyped = <R>(call: (...args: never[]) => R, ...args: readonly unknown[]): R =>
  Reflect.apply(call, undefined, args);

test.each(BAD_OPTIONS)('$error.name naming $names', ({ options, error, names }) => {
  const create = () => untyped(createSegmentClient, options);
  expect(create).toThrow(error);
  for (const name of names) expect(create).toThrow(name);
});

test('an option given as undefined means its default', async () => {
  const nothing = { apiKey: undefined, deadlineMs: undefined, fallback: undefined };
  await using client = createSegmentClient({ baseUrl: 'http://127.0.0.1:9', ...nothing });
  expect(client.stats().served.server).toBe(0);
});

test.each(BAD_CUSTOMER_IDS)('customer id with $says falls back without a request', async ({ value: id }) => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url, fallback: ['vip'] });
  const error = { code: 'INVALID_ID', attempts: 0 };
  const fallback = { ok: false, servedFrom: 'fallback', segmentIds: ['vip'], error };
  expect(await untyped(client.lookup, id)).toEqual(fallback);
  expect(await untyped(client.lookupMany, [id])).toEqual(new Map([[id, fallback]]));
  expect(untyped(client.peek, id)).toBeUndefined();
  expect(await untyped(client.isMember, id, 'vip')).toBe(true);
  expect(await untyped(client.checkMember, id, 'new')).toEqual({
    ok: false,
    member: false,
    servedFrom: 'fallback',
    error,
  });
  await expect(untyped(client.lookupOrThrow, id)).rejects.toMatchObject(error);
  expect(server.requests).toEqual([]);
});

test.each(BAD_SEGMENT_IDS)('segment id with $says falls back without a request', async ({ value: id }) => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url });
  expect(await untyped(client.checkMember, 'c1', id)).toMatchObject({
    ok: false,
    member: false,
    error: { code: 'INVALID_ID' },
  });
  expect(await untyped(client.isMember, 'c1', id)).toBe(false);
  expect(server.requests).toEqual([]);
});

test.each(BAD_CALL_OPTIONS)('call options with $says change nothing', async ({ value: options }) => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url, deadlineMs: 30_000 });
  expect(await untyped(client.lookup, 'c1', options)).toMatchObject({ ok: true, segmentIds: ['recurrent:store:17'] });
  expect(await untyped(client.lookupMany, ['c1'], options)).toBeInstanceOf(Map);
  expect(await untyped(client.isMember, 'c2', 'recurrent:store:17', options)).toBe(true);
});

test.each([
  [{}, { call: 150, flight: 1_000, attempt: 500 }],
  [{ deadlineMs: 700 }, { call: 700, flight: 1_000, attempt: 700 }],
  [{ deadlineMs: 5_000 }, { call: 5_000, flight: 5_000, attempt: 5_000 }],
  [{ attemptTimeoutMs: 3_000 }, { call: 150, flight: 3_000, attempt: 3_000 }],
  [
    { deadlineMs: 5_000, attemptTimeoutMs: 200 },
    { call: 5_000, flight: 5_000, attempt: 200 },
  ],
  [
    { deadlineMs: 5_000, flightTimeoutMs: 300 },
    { call: 5_000, flight: 300, attempt: 5_000 },
  ],
])('%j gives the timeouts %j: defaults leave room for what was given', (given, ms) => {
  expect(resolveOptions({ baseUrl: 'http://127.0.0.1:9', ...given }).ms).toEqual(ms);
});

test.each(HOSTILE_SIGNALS)('a signal with $says ends its reads as ABORTED', async ({ change, reason }) => {
  await using server = await drivenServer(() => {});
  await using client = createSegmentClient({ baseUrl: server.url, deadlineMs: 30_000 });
  for (const leaves of ['before', 'while waiting']) {
    const controller = new AbortController();
    const { signal } =
      change === undefined ? controller : { signal: Object.defineProperties(controller.signal, change) };
    if (leaves === 'before') controller.abort(reason);
    const one = client.lookup('c1', { signal });
    const many = client.lookupMany(['c2'], { signal });
    const member = client.checkMember('c3', 'vip', { signal });
    if (leaves === 'while waiting') {
      await server.received(1);
      controller.abort(reason);
    }
    const aborted = { ok: false, error: { code: 'ABORTED', attempts: 0 } };
    expect([await one, (await many).get('c2'), await member]).toMatchObject([aborted, aborted, aborted]);
  }
});

test.each(HOSTILE_SIGNALS)('a signal with $says that does not fire changes nothing', async ({ change }) => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url, deadlineMs: 30_000 });
  const { signal } = new AbortController();
  if (change !== undefined) Object.defineProperties(signal, change);
  expect(await client.lookup('c1', { signal })).toMatchObject({ ok: true });
  expect((await client.lookupMany(['c2'], { signal })).get('c2')).toMatchObject({ ok: true });
  expect(await client.isMember('c3', 'recurrent:store:17', { signal })).toBe(true);
});

test('ids that cannot be gone through give what came before', async () => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url, deadlineMs: 30_000 });
  function* broken() {
    yield 'c1';
    throw new Error('hostile');
  }
  expect([...(await client.lookupMany(broken())).keys()]).toEqual(['c1']);
  expect(await untyped(client.lookupMany, 42)).toEqual(new Map());
  expect(await untyped(client.lookupMany, undefined)).toEqual(new Map());
});

/** Only the attempts of a service that never answers end by the clock; nothing here ends by the deadline. */
const patient = (baseUrl: string, attemptTimeoutMs: number = 20_000): SegmentClient =>
  createSegmentClient({ baseUrl, deadlineMs: 30_000, flightTimeoutMs: 30_000, attemptTimeoutMs });

test.each(BAD_REPLIES)('a service that answers $says: $code', async ({ code, attempts, answer, attemptTimeoutMs }) => {
  await using server = await drivenServer((_, response) => answer(response));
  await using client = patient(server.url, attemptTimeoutMs);
  const fallback = { ok: false, servedFrom: 'fallback', segmentIds: [], error: { code, attempts } };
  expect(await client.lookup('c1')).toEqual(fallback);
  expect(server.requests).toHaveLength(attempts);
});

const BATCHES = [
  { says: 'no items', body: {}, code: 'PROTOCOL' },
  { says: 'too few items', body: { items: [] }, code: 'PROTOCOL' },
  { says: 'items that are none', body: { items: [null, 1] }, code: 'PROTOCOL' },
  { says: 'items without status', body: { items: [{}, {}] }, code: 'PROTOCOL' },
  {
    says: 'a problem an item',
    body: {
      items: ['c1', 'c2'].map((customerId) => ({
        customerId,
        status: 503,
        error: { type: 'urn:segment-store:error:store-unavailable' },
      })),
    },
    code: 'SERVER',
  },
] as const;

test.each(BATCHES)('a batch answered with $says: $code', async ({ body, code }) => {
  await using server = await drivenServer((_, response) => {
    response.writeHead(200, { 'segment-epoch': '1', 'segment-epoch-floor': '0' });
    response.end(JSON.stringify(body));
  });
  await using client = patient(server.url);
  const lookups = await client.lookupMany(['c1', 'c2']);
  expect([...lookups.values()]).toMatchObject([{ error: { code } }, { error: { code } }]);
});

test('a port nobody listens on is NETWORK, after a retry', async () => {
  const server = await rawServer(() => {});
  await server[Symbol.asyncDispose]();
  await using client = patient(server.url);
  expect(await client.lookup('c1')).toMatchObject({ error: { code: 'NETWORK', attempts: 2 } });
});

test.each(['not HTTP at all\r\n\r\n', 'HTTP/1.1 twohundred OK\r\n\r\n'])('%j is PROTOCOL', async (bytes) => {
  await using server = await rawServer((socket) => socket.once('data', () => socket.end(bytes)));
  await using client = patient(server.url);
  expect(await client.lookup('c1')).toMatchObject({ error: { code: 'PROTOCOL', attempts: 1 } });
});

test('a name that cannot be resolved is NETWORK', async () => {
  await using client = patient('http://segments.invalid');
  await vi.waitFor(async () => expect(await client.lookup('c1')).toMatchObject({ error: { code: 'NETWORK' } }));
});
