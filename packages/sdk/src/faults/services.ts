/** Services with a fault, by HTTP or by bytes; what has reached them is counted. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  customersIn,
  drivenServer,
  type Handler,
  portOf,
  problem,
  rawServer,
  reply,
  segmentsOf,
  serving,
} from '../driven-server.ts';
import { selfSigned } from './self-signed.ts';

export interface Service extends AsyncDisposable {
  readonly url: string;
  /** Requests that have reached it; where none gets through whole, what looked like the beginning of one. */
  reached(): number;
}

export type Start = () => Promise<Service>;

export const http =
  (handle: Handler): Start =>
  async () => {
    const server = await drivenServer(handle);
    return {
      url: server.url,
      reached: () => server.requests.length,
      [Symbol.asyncDispose]: server[Symbol.asyncDispose],
    };
  };

export const always = (answer: (response: ServerResponse) => void): Start => http((_, response) => answer(response));

export const tcp =
  (onRequest: (socket: Socket) => void, scheme = 'http'): Start =>
  async () => {
    let reached = 0;
    const server = await rawServer((socket) =>
      socket.on('data', () => {
        reached += 1;
        onRequest(socket);
      }),
    );
    const url = server.url.replace('http', scheme);
    return { url, reached: () => reached, [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
  };

/** By HTTPS, with a certificate that nobody trusts. */
export const distrusted: Start = async () => {
  let reached = 0;
  const server = createHttpsServer(selfSigned(), (_, response) => {
    reached += 1;
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `https://127.0.0.1:${portOf(server.address())}`,
    reached: () => reached,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** A service that is well, by the name of this machine, not its number. */
export const named =
  (start: Start): Start =>
  async () => {
    const service = await start();
    return { ...service, url: service.url.replace('127.0.0.1', 'localhost') };
  };

/** A well service at the address of one that is gone. */
export async function wellAt(url: string): Promise<AsyncDisposable> {
  return await drivenServer(serving(), Number(new URL(url).port));
}

/** As the service answers when its store has some of the customers only. */
const answer =
  (has: (id: string) => boolean): Handler =>
  (asked, response) => {
    const [id = ''] = customersIn(asked);
    const unavailable = problem('store-unavailable', 503);
    if (asked.method === 'POST') {
      const itemOf = (customerId: string) =>
        has(customerId) ? { ...segmentsOf(customerId), status: 200 } : { customerId, status: 503, error: unavailable };
      return reply(response, { items: customersIn(asked).map(itemOf) });
    }
    if (has(id)) return serving()(asked, response);
    reply(response, unavailable, { status: 503 });
  };

/** Says of every other customer, `name-7` by name, that the store is unavailable; and of the rest when asked again. */
export const failingEveryOther: Start = () => {
  const asked = new Map<string, number>();
  const isAnswered = (id: string): boolean => {
    const times = (asked.get(id) ?? 0) + 1;
    asked.set(id, times);
    return (Number(id.split('-')[1]) + times) % 2 === 0;
  };
  return http(answer(isAnswered))();
};

/** `broken-7` is never found out, `slow-7` takes a while. */
export const mixed: Start = http((asked, response) => {
  const delayMs = customersIn(asked).some((id) => id.startsWith('slow')) ? 5 : 0;
  setTimeout(() => answer((id) => !id.startsWith('broken'))(asked, response), delayMs);
});

/** The first time, and later. */
const UP_FOR_REQUESTS = [20, 500] as const;
const DOWN_MS = 100;

/** Cuts every connection, refuses new ones for a moment, and comes back; again and again. */
export async function restarting(): Promise<Service> {
  let before = 0;
  let restarts: Promise<void> = Promise.resolve();
  let server = await drivenServer(handle);
  const { url } = server;
  function handle(...[asked, response]: Parameters<Handler>): void {
    serving()(asked, response);
    if (server.requests.length === UP_FOR_REQUESTS[before === 0 ? 0 : 1]) restarts = restart();
  }
  async function restart(): Promise<void> {
    before += server.requests.length;
    await server[Symbol.asyncDispose]();
    await sleep(DOWN_MS);
    server = await drivenServer(handle, Number(new URL(url).port));
  }
  return {
    url,
    reached: () => before + server.requests.length,
    async [Symbol.asyncDispose]() {
      await restarts;
      await server[Symbol.asyncDispose]();
    },
  };
}

const BACKLOG = 8;

/** A process that listens and was stopped, its queue of connections full: the kernel drops whoever knocks. */
export async function blackHole(): Promise<Service> {
  const child = fork(import.meta.filename, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [port] = await once(child, 'message');
  child.kill('SIGSTOP');
  const knockers = await fill(port);
  return {
    url: `http://127.0.0.1:${port}`,
    reached: () => 0,
    async [Symbol.asyncDispose]() {
      for (const socket of knockers) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Knocks until nobody gets through any more. */
async function fill(port: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  for (let open = true; open; ) {
    const socket = connect(port, '127.0.0.1').on('error', () => 'given up');
    sockets.push(socket);
    open = await Promise.race([once(socket, 'connect').then(() => true), sleep(300, false)]);
  }
  return sockets;
}

function listen(): void {
  const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () => {
    process.send?.(portOf(server.address()));
  });
  process.once('disconnect', () => process.exit());
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) listen();
