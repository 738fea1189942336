import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

let server: Server;
let received: string;
let proxy: FaultProxy;

/** Answers what it was sent, in capitals, once the request has ended. */
beforeEach(async () => {
  received = '';
  server = createServer({ allowHalfOpen: true }, async (socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received += bytes;
    });
    await once(socket, 'end').catch(() => {});
    socket.end(received.toUpperCase());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  proxy = await startFaultProxy(`http://127.0.0.1:${address.port}`);
});

afterEach(async () => {
  await proxy.stop();
  server.close();
});

function request(body: string): Socket {
  const socket = connect({ host: '127.0.0.1', port: proxy.port, allowHalfOpen: true });
  socket.end(body);
  return socket;
}

test('without a fault the bytes and both ends of the stream go through', async () => {
  expect(await text(request('hello'))).toBe('HELLO');
  expect(proxy.counts()).toMatchObject({ connections: 1, requests: 5, answers: 5 });
  await expect.poll(() => proxy.counts().open).toBe(0);
});

test('bytes go through in order and whole, however many', async () => {
  const body = 'abcdefghij'.repeat(500_000);
  expect(await text(request(body))).toBe(body.toUpperCase());
});

test('latency is added once, not once a chunk', async () => {
  proxy.inject({ kind: 'latency', ms: 200 });
  const startedAt = performance.now();
  expect(await text(request('a'.repeat(3_000_000)))).toHaveLength(3_000_000);
  const took = performance.now() - startedAt;
  expect(took).toBeGreaterThan(195);
  expect(took).toBeLessThan(2_000);
});

test('a drip is slow and complete', async () => {
  proxy.inject({ kind: 'drip', bytes: 2, everyMs: 20 });
  const startedAt = performance.now();
  expect(await text(request('0123456789'))).toBe('0123456789');
  expect(performance.now() - startedAt).toBeGreaterThan(95);
});

test('a reset ends open and new connections at once', async () => {
  const open = connect(proxy.port, '127.0.0.1');
  open.write('x');
  await expect.poll(() => received).toBe('x');
  proxy.inject({ kind: 'reset' });
  await expect(text(open)).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(text(request('y'))).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('a black hole delivers nothing until it heals', async () => {
  proxy.inject({ kind: 'blackhole' }, 'requests');
  const answer = text(request('late'));
  await expect.poll(() => proxy.counts().connections).toBe(1);
  expect(received).toBe('');
  proxy.heal();
  expect(await answer).toBe('LATE');
});

test('a cut answer arrives up to the byte, then the connection is reset', async () => {
  proxy.inject({ kind: 'cut', afterBytes: 3 });
  const socket = request('abcdef');
  let arrived = '';
  socket.on('data', (bytes) => {
    arrived += bytes;
  });
  const [error] = await once(socket, 'error');
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  expect(arrived).toBe('ABC');
});

test.each(['close', 'reset'] as const)('cuts at bytes of all answers together, by %s: each once', async (by) => {
  await text(request('before'));
  proxy.inject({ kind: 'cuts', atBytes: [7, 3], by });
  const arrived: string[] = [];
  for (const body of ['abcdef', 'ghijkl', 'mnopqr']) {
    received = '';
    const socket = request(body);
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes;
    });
    await new Promise((resolve) => socket.once('error', resolve).once('close', resolve));
    socket.destroy();
    arrived.push(answer);
  }
  expect(arrived).toEqual(['ABC', 'GHIJ', 'MNOPQR']);
});

test('a lost acknowledgement: the server has done the work, the caller hears nothing', async () => {
  proxy.inject({ kind: 'cut', afterBytes: 0 });
  await expect(text(request('done'))).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(received).toBe('done');
});

test('a server that is not there resets the caller', async () => {
  server.close();
  await once(server, 'close');
  await expect(text(request('x'))).rejects.toMatchObject({ code: 'ECONNRESET' });
});
