/** Clients that send what is no HTTP, or slowly, or never to the end, or that take nothing: each is cut, and nobody else notices. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { badBytes } from './connections.bad-input.cases.ts';
import { open, type ServerFixture, send, startServer } from './fixture/server.ts';
import { loadedRun, RUN } from './fixture/store.ts';

const run = loadedRun(RUN, { c1: ['a'] });
const head = 'GET /v1/customers/c1/segments HTTP/1.1\r\nHost: localhost\r\n';
const lookup = `${head}\r\n`;
const upload = (bytes: number) =>
  `POST /v1/lookups HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;

let server: ServerFixture;
beforeAll(async () => {
  server = await startServer(run);
});
afterAll(() => server[Symbol.asyncDispose]());

interface Held {
  readonly received: string;
  readonly statuses: readonly number[];
  readonly ms: number;
}

/** What is answered on a connection until it has ended, and when that was. */
async function untilEnd(socket: Socket, begin: (socket: Socket) => void): Promise<Held> {
  const startedAt = performance.now();
  let received = '';
  const ended = new Promise<void>((resolve) => socket.on('error', () => 'cut').on('close', () => resolve()));
  socket.on('data', (chunk) => {
    received += String(chunk);
  });
  begin(socket);
  await ended;
  const statuses = [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  return { received, statuses, ms: performance.now() - startedAt };
}

test.each(badBytes)('$title: $statuses, then the end', async ({ bytes, statuses }) => {
  const held = await untilEnd(await open(server.port), (socket) => socket.write(bytes));
  expect(held.statuses).toEqual(statuses);
  const isProblem = /application\/problem\+json[\s\S]*urn:segment-store:error:/.test(held.received);
  expect(isProblem).toBe((statuses.at(-1) ?? 0) >= 400);
  expect((await send(server.port, lookup)).status).toBe(200);
});

interface Slow {
  readonly title: string;
  readonly first: string;
  /** Sent four times a second from then on. */
  readonly drip?: string;
  readonly statuses: readonly number[];
}

const slow: readonly Slow[] = [
  { title: 'nothing at all', first: '', statuses: [408] },
  { title: 'half a line', first: 'GET /v1/cust', statuses: [408] },
  { title: 'headers that never end', first: head, drip: 'X-Slow: x\r\n', statuses: [408] },
  { title: 'a header letter by letter', first: `${head}X-Slow: `, drip: 'x', statuses: [408] },
  { title: 'a request and then headers that never end', first: lookup + head, drip: 'X: x\r\n', statuses: [200, 408] },
  { title: 'empty lines before a request', first: '', drip: '\r\n', statuses: [408] },
  { title: 'a body letter by letter', first: upload(1_000), drip: ' ', statuses: [408] },
  { title: 'a body that is too large, letter by letter', first: upload(1_048_576), drip: ' ', statuses: [413] },
];
/** A whole request must have come within 5 s; Node looks for those that have not once a second. */
const [LIMIT_MS, LOOK_MS] = [5_000, 1_000];
const AT_ONCE = 10;

test.concurrent.each(slow)('who sends $title is cut after five seconds', { timeout: 20_000 }, async (client) => {
  const clients = Array.from({ length: AT_ONCE }, async () => {
    const socket = await open(server.port);
    const dripping = setInterval(() => client.drip && socket.write(client.drip), 250);
    const held = await untilEnd(socket, () => socket.write(client.first));
    clearInterval(dripping);
    return held;
  });
  for (const { statuses, ms } of await Promise.all(clients)) {
    expect(statuses).toEqual(client.statuses);
    expect(ms).toBeGreaterThan(LIMIT_MS - LOOK_MS);
    // A cut takes half a second more of a client that goes on.
    expect(ms).toBeLessThan(LIMIT_MS + 3 * LOOK_MS);
  }
});

test.concurrent('whoever else asks meanwhile is answered at once', { timeout: 20_000 }, async () => {
  const until = performance.now() + LIMIT_MS + LOOK_MS;
  const times: number[] = [];
  while (performance.now() < until) {
    const startedAt = performance.now();
    expect((await send(server.port, lookup)).status).toBe(200);
    times.push(performance.now() - startedAt);
    await pause(10);
  }
  expect(times.sort((a, b) => a - b)[Math.floor(times.length / 2)]).toBeLessThan(50);
});

interface HalfOpen {
  readonly title: string;
  readonly bytes: string;
  readonly statuses: readonly number[];
}

const halfOpen: readonly HalfOpen[] = [
  { title: 'nothing', bytes: '', statuses: [] },
  { title: 'half a request', bytes: head, statuses: [400] },
  { title: 'half a body', bytes: `${upload(100)}{"customerIds":["c`, statuses: [400] },
  { title: 'a whole request', bytes: lookup, statuses: [200] },
];
test.each(halfOpen)('who sends $title and ends its side has its answer, and both sides end', async (client) => {
  const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  socket.once('end', () => socket.destroy());
  const { statuses } = await untilEnd(socket, () => socket.end(client.bytes));
  expect(statuses).toEqual(client.statuses);
});

test('a client that was told the end and keeps its side open holds nothing', async () => {
  const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  const { statuses } = await untilEnd(socket, () => {
    socket.write(`${head}Connection: close\r\n\r\n`);
    // It learns that nobody is there any more only by sending.
    const sending = setInterval(() => socket.write('x'), 20);
    socket.once('close', () => clearInterval(sending));
  });
  expect(statuses).toEqual([200]);
});

test('a client that asks for ever more and takes nothing is cut, and costs the others nothing', async () => {
  const own = await startServer(run, { takenWithinMs: 300 });
  onTestFinished(() => own[Symbol.asyncDispose]());
  const socket = await open(own.port);
  socket.pause();
  const document = 'GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const held = untilEnd(socket, () => {
    socket.pause();
    socket.write(document.repeat(100_000));
  });
  expect((await send(own.port, lookup)).status).toBe(200);
  await held;
  const [, answers] = /_count\{status="2xx",[^}]*route="\/openapi.json"\} (\d+)/.exec(await own.deps.scrape()) ?? [];
  expect(Number(answers)).toBeGreaterThan(0);
  expect(Number(answers)).toBeLessThan(2_000);
});
