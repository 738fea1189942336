import { once } from 'node:events';
import { connect } from 'node:net';
import { Hono } from 'hono';
import { expect, test, vi } from 'vitest';
import { exchange, open, send, startServer } from './fixture/server.ts';
import { loadedRun, RUN } from './fixture/store.ts';
import type { Env } from './handler.ts';
import { listen } from './listen.ts';

const check = () => undefined;
const run = loadedRun(RUN, { c1: ['a'] });
const get = (path: string, ...headers: readonly string[]) =>
  ['GET ', path, ' HTTP/1.1\r\nHost: localhost\r\n', ...headers.map((line) => `${line}\r\n`), '\r\n'].join('');
const lookup = get('/v1/customers/c1/segments');

test('one connection carries many requests, refused ones between', async () => {
  await using server = await startServer(run);
  const socket = await open(server.port);
  const statuses: number[] = [];
  for (const path of [
    '/v1/customers/c1/segments',
    '/v1/customers/../segments',
    '/nowhere',
    '/v1/customers/c1/segments',
  ]) {
    statuses.push((await exchange(socket, get(path))).status);
  }
  socket.destroy();
  expect(statuses).toEqual([200, 400, 404, 200]);
});

const post = (path: string, bytes: number, type: string) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${bytes}\r\n\r\n${'x'.repeat(bytes)}`;
const withBody: readonly [string, string, number][] = [
  ['too large', post('/v1/lookups', 2_000_000, 'application/json'), 413],
  ['of another type', post('/v1/lookups', 60_000, 'text/plain'), 415],
  ['no JSON', post('/v1/lookups', 60_000, 'application/json'), 400],
  ['for a path that takes none', post('/v1/segments', 60_000, 'application/json'), 405],
  ['for no path', post('/nowhere', 60_000, 'application/json'), 404],
];
test.each(withBody)('a body %s is refused, and its connection goes on', async (_, request, status) => {
  await using server = await startServer(run);
  const socket = await open(server.port);
  expect((await exchange(socket, request)).status).toBe(status);
  expect((await exchange(socket, lookup)).status).toBe(200);
  socket.destroy();
});

test('a hit is the bytes of the miss, over the wire, with nothing but the headers of the contract', async () => {
  await using server = await startServer(run);
  const miss = await send(server.port, lookup);
  const hit = await send(server.port, lookup);
  expect(hit.body).toBe(miss.body);
  expect(Object.keys(hit.headers).sort()).toEqual(
    [
      ...['age', 'cache-control', 'cache-status', 'connection', 'content-length', 'content-type', 'date', 'etag'],
      ...[
        'keep-alive',
        'segment-epoch',
        'segment-epoch-floor',
        'segment-generation',
        'server-timing',
        'x-content-type-options',
      ],
    ].sort(),
  );
  const held = await send(server.port, get('/v1/customers/c1/segments', `If-None-Match: ${hit.headers.etag}`));
  expect([held.status, held.body]).toEqual([304, '']);
});

test('a hit never leaves the call that brought it', async () => {
  await using server = await startServer(run);
  const request = new Request('http://localhost/v1/customers/c1/segments');
  await server.app.fetch(request);
  expect(server.app.fetch(request)).toBeInstanceOf(Response);
});

test('a client that hangs up ends its wait, not the read: the next one finds the answer', async () => {
  await using server = await startServer(run);
  const reading = Promise.withResolvers<void>();
  server.store.onRead = () => reading.promise;
  const socket = await open(server.port);
  socket.write(lookup);
  await expect.poll(() => server.store.reads.length).toBe(1);
  socket.destroy();
  await once(socket, 'close');
  reading.resolve();
  await expect.poll(async () => (await send(server.port, lookup)).headers['cache-status']).toBe('segment-store; hit');
  expect(server.store.reads.length).toBe(1);
  expect(server.reported).toEqual([]);
});

test('draining: not ready, no new connections, but every request that arrives is answered', async () => {
  const server = await startServer(run);
  const reading = Promise.withResolvers<void>();
  server.store.onRead = () => reading.promise;
  const [busy, resting] = [await open(server.port), await open(server.port)];
  await exchange(resting, get('/livez'));
  const inFlight = exchange(busy, lookup);
  await expect.poll(() => server.store.reads.length).toBe(1);

  server.serving.drain();
  const drained = server.listener.drain(20_000);
  const ready = await exchange(resting, get('/readyz'));
  expect([ready.status, JSON.parse(ready.body).status, ready.headers.connection]).toEqual([503, 'draining', 'close']);
  const [refused] = await once(connect(server.port, '127.0.0.1'), 'error');
  expect(refused.code).toBe('ECONNREFUSED');

  reading.resolve();
  const { status, body } = await inFlight;
  expect([status, JSON.parse(body).segmentIds]).toEqual([200, ['a']]);
  await drained;
  await server[Symbol.asyncDispose]();
});

test('draining: an answer that was long on its way closes its connection, and nothing waits for it', async () => {
  const server = await startServer(run);
  const reading = Promise.withResolvers<void>();
  server.store.onRead = () => reading.promise;
  const [busy, sending, resting] = [await open(server.port), await open(server.port), await open(server.port)];
  resting.resume();
  const inFlight = exchange(busy, lookup);
  const body = '{"customerIds":["c1"]}';
  const head = ['POST /v1/lookups HTTP/1.1', 'Host: localhost', 'Content-Type: application/json'];
  sending.write([...head, `Content-Length: ${body.length}`, '', body.slice(0, 5)].join('\r\n'));
  await expect.poll(() => server.store.reads.length).toBe(1);
  let isDrained = false;
  const drained = server.listener.drain(20_000).then(() => {
    isDrained = true;
  });
  await expect.poll(() => resting.destroyed, { timeout: 2_000 }).toBe(true);
  reading.resolve();
  const answers = await Promise.all([inFlight, exchange(sending, body.slice(5))]);
  expect(answers.map(({ status, headers }) => [status, headers.connection])).toEqual([
    [200, 'close'],
    [200, 'close'],
  ]);
  await expect.poll(() => isDrained, { timeout: 2_000 }).toBe(true);
  await drained;
  await server[Symbol.asyncDispose]();
});

test('draining: connections that rest do not hold it up', async () => {
  const server = await startServer(run);
  const resting = await open(server.port);
  await exchange(resting, get('/livez'));
  const closed = once(resting, 'close');
  resting.resume();
  await server.listener.drain(20_000);
  await closed;
  await server[Symbol.asyncDispose]();
});

test('draining with a delay: who comes meanwhile is answered, for the last time on that connection', async () => {
  const server = await startServer(run);
  const drained = server.listener.drain(20_000, 500);
  const socket = await open(server.port);
  const closed = once(socket, 'close');
  const { status, headers } = await exchange(socket, lookup);
  expect([status, headers.connection]).toEqual([200, 'close']);
  socket.resume();
  await Promise.all([closed, drained]);
  const [refused] = await once(connect(server.port, '127.0.0.1'), 'error');
  expect(refused.code).toBe('ECONNREFUSED');
  await server[Symbol.asyncDispose]();
});

test('draining: a request that does not end is cut at the end of the time', async () => {
  const server = await startServer(run);
  server.store.onRead = () => new Promise(() => {});
  const socket = await open(server.port);
  socket.on('error', () => {});
  socket.write(lookup);
  await expect.poll(() => server.store.reads.length).toBe(1);
  const closed = once(socket, 'close');
  await server.listener.drain(20);
  await closed;
});

test('a connection is closed after many requests, so that clients find servers that came later', async () => {
  await using server = await startServer(run);
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const socket = await open(server.port);
  socket.resume();
  expect((await exchange(socket, lookup)).headers.connection).toBe('keep-alive');
  random.mockReturnValue(0.000_05);
  const last = await exchange(socket, lookup);
  random.mockRestore();
  expect([last.status, last.headers.connection]).toEqual([200, 'close']);
});

test('a port in use is said by its code', async () => {
  await using server = await startServer(run);
  await expect(listen(server.app, { host: '127.0.0.1', port: server.port, check })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

const noHosts: readonly [string, string][] = [
  ['none', ''],
  ['an empty one', 'Host:\r\n'],
  ['a path', 'Host: localhost/v1\r\n'],
  ['a user', 'Host: user@localhost\r\n'],
  ['a port that is none', 'Host: localhost:99999\r\n'],
  ['half an address', 'Host: [::1\r\n'],
];
test.each(noHosts)('a server for everybody that is sent %s for Host says what is missing', async (_, line) => {
  await using server = await startServer(run, { check });
  const { status, headers, body } = await send(server.port, `GET /v1/customers/c1/segments HTTP/1.1\r\n${line}\r\n`);
  expect([status, headers['content-type']]).toEqual([400, 'application/problem+json']);
  const { type, detail } = JSON.parse(body);
  expect([type, detail]).toEqual(['urn:segment-store:error:invalid-request', expect.stringContaining('Host')]);
});

test('it answers to IPv6 loopback too', async () => {
  await using server = await startServer(run);
  const six = await listen(server.app, { host: '::1', port: 0, check });
  expect(six.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect((await fetch(`${six.url}/livez`)).status).toBe(200);
  await six.drain(100);
});

test('a client that leaves in the middle of its body is no news', async () => {
  await using server = await startServer(run);
  const ended = Promise.withResolvers<Response>();
  const watching = new Hono<Env>().all('*', async ({ req, env }) => {
    const response = await server.app.fetch(req.raw, env);
    ended.resolve(response);
    return response;
  });
  const listener = await listen(watching, { host: '127.0.0.1', port: 0, check });
  const socket = await open(Number(new URL(listener.url).port));
  const head = ['POST /v1/lookups HTTP/1.1', 'Host: localhost', 'Content-Type: application/json'];
  socket.write([...head, 'Content-Length: 100', '', '{"customerIds":["c'].join('\r\n'));
  socket.end();
  expect((await ended.promise).status).toBe(400);
  expect(server.reported).toEqual([]);
  await listener.drain(100);
});

test.each(['hello\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a b\u0000\r\n\r\n'])(
  'whoever sends no HTTP is told so once, then cut, even if it goes on',
  async (bytes) => {
    await using server = await startServer(run);
    const client = await stubborn(server.port);
    let received = '';
    client.socket.on('data', (chunk) => {
      received += String(chunk);
    });
    client.socket.write(bytes);
    await cutWhileSending(client);
    expect(received.match(/HTTP\/1\.1 400/g)).toEqual(['HTTP/1.1 400']);
  },
);

test('what follows a request and is no HTTP waits for its answer, and is then cut', async () => {
  await using server = await startServer(run);
  const reading = Promise.withResolvers<void>();
  server.store.onRead = () => reading.promise;
  const client = await stubborn(server.port);
  const answered = exchange(client.socket, `${lookup}hello\r\n\r\n`);
  await expect.poll(() => server.store.reads.length).toBe(1);
  reading.resolve();
  const { status, body } = await answered;
  expect([status, JSON.parse(body).segmentIds]).toEqual([200, ['a']]);
  await cutWhileSending(client);
});

/** Keeps its side open whatever the server does. */
async function stubborn(port: number) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const cut = new Promise<void>((resolve) => socket.on('error', () => 'cut').on('close', () => resolve()));
  await once(socket, 'connect');
  return { socket, cut };
}

/** Resolves when the server has cut a client that goes on sending. */
async function cutWhileSending({ socket, cut }: Awaited<ReturnType<typeof stubborn>>): Promise<void> {
  const sending = setInterval(() => socket.write('more of it'), 20);
  await cut;
  clearInterval(sending);
}
