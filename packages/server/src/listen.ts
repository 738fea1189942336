/** Sockets: what is checked before routing, timeouts, and the end. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Server as NetServer } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import { unlimited } from '@segment-store/resilience/operation';
import { sleep } from '@segment-store/resilience/time';
import type { Hono } from 'hono';
import { type Connections, closeAfterAnswers, closeIdle, endStalled, refuseSocket } from './connections.ts';
import { invalidRequest, ProblemError, printProblem, toResponse } from './errors.ts';
import type { Env } from './handler.ts';
import { checkTarget } from './raw-target.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** What is wrong with where a request was sent to or comes from. */
  check(headers: IncomingHttpHeaders): ProblemError | undefined;
  /** Hears of a request that was answered before it came to the app. */
  onRefused?(status: number): void;
  /** A client that takes nothing of its answer for so long is cut, at most a tenth later. Default 60 s. */
  readonly takenWithinMs?: number;
}

export interface Listener {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /**
   * Each answer is from now on the last of its connection. New ones are taken for `delayMs` yet (default 0): whoever
   * sends them here hears of the end by and by. Resolves when no request is in flight, at the latest `ms` later.
   */
  drain(ms: number, delayMs?: number): Promise<void>;
}

/** Longer than a load balancer keeps its own side (60 s), so that it is never us who close under a request. */
const KEEP_ALIVE_MS = 75_000;
/** A connection ends after about so many requests, so that clients spread over servers that came later. */
const TURNOVER = 10_000;
const LIMITS = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  // Both count from the start of a connection, or the first byte of its next request: a whole one within 5 s.
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
  // Node's own refusal has no body; ours names what is missing.
  requireHostHeader: false,
};
/** How long a draining server still reads from connections that rest: a request may be on its way on one. */
const LINGER_MS = 250;
const SWEEP_MS = 100;
/** 100 ids of 512 bytes, and a filter beside them. */
const MAX_BODY_BYTES = 64 * 1024;
const TAKEN_WITHIN_MS = 60_000;

export async function listen(app: Hono<Env>, options: ListenOptions): Promise<Listener> {
  const { host, port, check, onRefused, takenWithinMs = TAKEN_WITHIN_MS } = options;
  let draining = false;
  const connections: Connections = new Map();
  const refuse = (outgoing: ServerResponse, problem: ProblemError): void => {
    const { status, headers, body } = printProblem(problem);
    outgoing.writeHead(status, headers).end(body);
    onRefused?.(status);
  };
  const errorHandler = (error: unknown): Response => {
    const problem = noRequest(error);
    onRefused?.(problem.problem.status);
    return toResponse(problem);
  };
  const route = getRequestListener(app.fetch, { errorHandler });
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    connections.set(incoming.socket, outgoing);
    if (draining || Math.random() * TURNOVER < 1) outgoing.shouldKeepAlive = false;
    const problem = check(incoming.headers) ?? checkTarget(incoming.url ?? '') ?? checkLength(incoming.headers);
    if (problem === undefined) return void route(incoming, outgoing);
    refuse(outgoing, problem);
  };
  const server = createServer(LIMITS, answer);
  server.on('connection', (socket) => {
    connections.set(socket, 'silent');
    socket.once('close', () => connections.delete(socket));
  });
  server.on('checkExpectation', (incoming, outgoing) => {
    connections.set(incoming.socket, outgoing);
    refuse(outgoing, invalidRequest('the header Expect may say 100-continue only', 417));
  });
  server.on('clientError', (error, socket) => refuseSocket(error, socket, connections));
  await bound(server, { host, port });
  const sweeping = setInterval(endStalled, takenWithinMs / 10, connections, takenWithinMs).unref();
  return {
    url: urlOf(server, host),
    async drain(ms, delayMs = 0) {
      draining = true;
      closeAfterAnswers(connections);
      if (delayMs > 0) await sleep(delayMs, unlimited.signal);
      await ended(server, connections, ms);
      clearInterval(sweeping);
    },
  };
}

function bound(server: Server, options: Pick<ListenOptions, 'host' | 'port'>): Promise<void> {
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

/** The app answers its own errors: what comes here is none of them. */
function noRequest(error: unknown): ProblemError {
  if (error instanceof RequestError) return invalidRequest('the header Host is missing, or names no host');
  return new ProblemError('internal', { status: 500, detail: 'the request came to no route' });
}
