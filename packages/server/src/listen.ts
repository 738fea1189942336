/** Sockets: what is checked before routing, timeouts, and the end. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Server as NetServer } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { type Connections, closeAfterAnswers, closeIdle, refuseSocket } from './connections.ts';
import { invalidRequest, type ProblemError, printProblem } from './errors.ts';
import type { Env } from './handler.ts';
import { checkLoopback } from './loopback.ts';
import { checkTarget } from './raw-target.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface Listener {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Takes no more connections; resolves when the requests in flight have ended, at the latest after `ms`. */
  drain(ms: number): Promise<void>;
}

/** Longer than a load balancer keeps its own side (60 s), so that it is never us who close under a request. */
const KEEP_ALIVE_MS = 75_000;
/** How long a draining server still reads from connections that rest: a request may be on its way on one. */
const LINGER_MS = 250;
const SWEEP_MS = 100;
/** 100 ids of 512 bytes, every character escaped, and a filter beside them. */
const MAX_BODY_BYTES = 512 * 1024;

export async function listen(app: Hono<Env>, { host, port }: ListenOptions): Promise<Listener> {
  let draining = false;
  const connections: Connections = new Map();
  const route = getRequestListener(app.fetch);
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    connections.set(incoming.socket, outgoing);
    if (draining) outgoing.shouldKeepAlive = false;
    const problem = checkLoopback(incoming.headers) ?? checkTarget(incoming.url ?? '') ?? checkLength(incoming.headers);
    if (problem === undefined) void route(incoming, outgoing);
    else refuse(outgoing, problem);
  };
  const limits = { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: 5_000, requestTimeout: 10_000 };
  const server = createServer({ ...limits, connectionsCheckingInterval: 1_000 }, answer);
  server.on('connection', (socket) => {
    connections.set(socket, 'silent');
    socket.once('close', () => connections.delete(socket));
  });
  server.on('clientError', (error, socket) => refuseSocket(error, socket, connections));
  await bound(server, { host, port });
  return {
    url: urlOf(server, host),
    async drain(ms) {
      draining = true;
      closeAfterAnswers(connections);
      await ended(server, connections, ms);
    },
  };
}

function bound(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** HTTP's own `close` would cut resting connections at once, under a request that is on its way. */
function ended(server: Server, connections: Connections, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const sweeping = setInterval(() => {
      if (performance.now() - startedAt >= LINGER_MS) closeIdle(server, connections);
    }, SWEEP_MS).unref();
    NetServer.prototype.close.call(server, () => {
      clearInterval(sweeping);
      resolve();
    });
    setTimeout(() => server.closeAllConnections(), ms).unref();
  });
}

/** Before any of the body is read: what is left of a refused one Node reads away. */
function checkLength(headers: IncomingHttpHeaders): ProblemError | undefined {
  if (headers['transfer-encoding'] !== undefined) {
    return invalidRequest('the body must be sent with Content-Length, not Transfer-Encoding', 411);
  }
  if (Number(headers['content-length'] ?? 0) <= MAX_BODY_BYTES) return undefined;
  return invalidRequest(`the body is larger than ${MAX_BODY_BYTES} bytes; ask for fewer customers a request`, 413);
}

function refuse(outgoing: ServerResponse, problem: ProblemError): void {
  const { status, headers, body } = printProblem(problem);
  outgoing.writeHead(status, headers).end(body);
}
