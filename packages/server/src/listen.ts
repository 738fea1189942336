/** Sockets: what is checked before routing, timeouts, and the end. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { invalidRequest, type ProblemError, printProblem } from './errors.ts';
import type { Env } from './hot-route.ts';
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
/** 100 ids of 512 bytes, every character escaped, and a filter beside them. */
const MAX_BODY_BYTES = 512 * 1024;

export async function listen(app: Hono<Env>, { host, port }: ListenOptions): Promise<Listener> {
  let draining = false;
  const route = getRequestListener(app.fetch);
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    if (draining) outgoing.shouldKeepAlive = false;
    const problem = checkLoopback(incoming.headers) ?? checkTarget(incoming.url ?? '') ?? checkLength(incoming.headers);
    if (problem === undefined) void route(incoming, outgoing);
    else refuse(outgoing, problem);
  };
  const limits = { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: 5_000, requestTimeout: 10_000 };
  const server = createServer({ ...limits, connectionsCheckingInterval: 1_000 }, answer);
  server.on('clientError', refuseSocket);
  await bound(server, { host, port });
  return {
    url: urlOf(server, host),
    async drain(ms) {
      draining = true;
      await ended(server, ms);
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
function ended(server: Server, ms: number): Promise<void> {
  return new Promise((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
    setTimeout(() => server.closeIdleConnections(), LINGER_MS).unref();
    setTimeout(() => server.closeAllConnections(), ms).unref();
  });
}

/** Bytes that are no HTTP request reach no route. */
function refuseSocket(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = clientErrorStatus[error.code ?? ''] ?? 400;
  socket.end(printed(invalidRequest(`the bytes sent are no HTTP request this server reads (${error.code})`, status)));
}

const clientErrorStatus: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

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

function printed(problem: ProblemError): string {
  const { status, headers, body } = printProblem(problem);
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}`);
  return `${[`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines].join('\r\n')}\r\n\r\n${body}`;
}
