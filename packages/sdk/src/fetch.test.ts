import { describe, expect, test, vi } from 'vitest';
import { clientSuite } from './client.suite.ts';
import { drivenBench } from './driven-bench.ts';
import { drivenServer, rawServer, reply, serving } from './driven-server.ts';
import { createFetchClient } from './fetch/client.ts';
import { createSegmentClient } from './fetch.ts';

const unhurried = { deadlineMs: 10_000 };

describe('over fetch, a client does what every client does', () => {
  clientSuite(drivenBench((options, time) => createFetchClient(options, { fetch, time, waitUntil() {} })));
});

test('customers of one turn travel in one POST', async () => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  await client.lookupMany(Array.from({ length: 50 }, (_, index) => `c${index}`));
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v1/lookups']);
});

test('requests go through the fetch that was given', async () => {
  await using server = await drivenServer(serving());
  const given = vi.fn((...asked: Parameters<typeof fetch>) => fetch(...asked));
  await using client = createSegmentClient({ baseUrl: server.url, fetch: given, apiKey: 'k1', ...unhurried });
  expect(await client.lookup('c1')).toMatchObject({ ok: true });
  expect(given).toHaveBeenCalledOnce();
  expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer k1' });
});

test('a fetch that throws is a failure like any other', async () => {
  const broken = () => {
    throw new Error('no network here');
  };
  await using client = createSegmentClient({ baseUrl: 'http://segments.test', fetch: broken, ...unhurried });
  expect(await client.lookup('c1')).toMatchObject({ error: { code: 'NETWORK', attempts: 2 } });
});

test('a redirect is not followed: an API key goes where baseUrl says', async () => {
  await using other = await drivenServer(serving());
  await using server = await drivenServer((_, response) =>
    reply(response, '', { status: 307, headers: { location: other.url } }),
  );
  await using client = createSegmentClient({ baseUrl: server.url, apiKey: 'k1', ...unhurried });
  expect(await client.lookup('c1')).toMatchObject({ error: { code: 'PROTOCOL' } });
  expect(other.requests).toEqual([]);
});

test('an answer that is cut is not asked for again', async () => {
  await using server = await rawServer((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"cut')),
  );
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  expect(await client.lookup('c1')).toMatchObject({ error: { code: 'NETWORK', attempts: 1 } });
});

test('a reply over 16 MiB is not taken into memory', async () => {
  const body = ' '.repeat(16 * 1024 * 1024 + 1);
  await using server = await drivenServer((_, response) => reply(response, body));
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  expect(await client.lookup('c1')).toMatchObject({ error: { code: 'PROTOCOL', attempts: 1 } });
});

test('every request is given to waitUntil, which may throw', async () => {
  await using server = await drivenServer(serving());
  const begun: Promise<unknown>[] = [];
  const waitUntil = (request: Promise<unknown>) => {
    begun.push(request);
    throw new Error('there is no event');
  };
  await using client = createSegmentClient({ baseUrl: server.url, waitUntil, ...unhurried });
  expect(await client.lookup('c1')).toMatchObject({ ok: true });
  await client.lookup('c1');
  expect(begun).toHaveLength(1);
  await begun[0];
});

test('closing cuts what is on its way', async () => {
  await using server = await drivenServer(() => {});
  const client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  const lookup = client.lookup('c1');
  await server.received(1);
  await client.close();
  expect(await lookup).toMatchObject({ error: { code: 'CLOSED' } });
});

test.each([
  { options: { fetch: 'x' }, names: 'fetch is of type string' },
  { options: { waitUntil: 5 }, names: 'waitUntil is of type number' },
  { options: { fecth: fetch }, names: 'did you mean fetch?' },
  { options: { deadlineMs: '5' }, names: 'deadlineMs' },
])('a bad option is a TypeError: $names', ({ options, names }) => {
  const create = () => Reflect.apply(createSegmentClient, undefined, [{ baseUrl: 'http://segments.test', ...options }]);
  expect(create).toThrow(TypeError);
  expect(create).toThrow(names);
});
