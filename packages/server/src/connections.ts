/** What each connection is being answered: neither a drain nor bytes that are no HTTP may cut an answer or write into one. */
import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { invalidRequest, type ProblemError, printProblem } from './errors.ts';

/** How long a client that was refused may keep its own side of the connection open. */
const CUT_MS = 500;

/** Open connections: the answer begun last, or that there was none yet, or that there will be none any more. */
export type Connections = Map<Duplex, ServerResponse | 'silent' | 'refused'>;

/** What is not answered yet will say `Connection: close`. */
export function closeAfterAnswers(connections: Connections): void {
  for (const last of connections.values()) {
    if (typeof last === 'object' && !last.headersSent) last.shouldKeepAlive = false;
  }
}

/** Those on which nothing is under way; Node's own call leaves out what never brought a byte. */
export function closeIdle(server: Server, connections: Connections): void {
  server.closeIdleConnections();
  for (const [socket, last] of connections) {
    if (last === 'silent' && socket instanceof Socket && socket.bytesRead === 0) socket.destroy();
  }
}

/**
 * Whoever takes nothing of what waits for it holds it for nothing. Node's own timer knows when something was taken; it is
 * set only where bytes wait, as setting it costs each answer.
 */
export function endStalled(connections: Connections, ms: number): void {
  for (const socket of connections.keys()) {
    if (socket instanceof Socket && socket.writableLength > 0 && socket.timeout !== ms) socket.setTimeout(ms);
  }
}

/** Bytes that are no HTTP request reach no route. A client that goes on to send them is not told again. */
export function refuseSocket(error: NodeJS.ErrnoException, socket: Duplex, connections: Connections): void {
  const last = connections.get(socket);
  if (last === 'refused') return;
  connections.set(socket, 'refused');
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else if (typeof last !== 'object' || isNext(socket, last)) cut(socket, printed(problemOf(error)));
  else if (last.req.complete) last.once('close', () => cut(socket));
  else setTimeout(cut, CUT_MS, socket).unref();
}

/** Whether the connection waits for an answer to just these bytes: all others given, or this one's body broken. */
function isNext(socket: Duplex, { req, socket: own, headersSent, writableFinished }: ServerResponse): boolean {
  return req.complete ? writableFinished : own === socket && !headersSent;
}

function cut(socket: Duplex, text: string = ''): void {
  socket.end(text);
  setTimeout(() => socket.destroy(), CUT_MS).unref();
}

const statuses: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

function problemOf({ code = '' }: NodeJS.ErrnoException): ProblemError {
  return invalidRequest(`the bytes sent are no HTTP request this server reads (${code})`, statuses[code] ?? 400);
}

function printed(problem: ProblemError): string {
  const { status, headers, body } = printProblem(problem);
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}`);
  return `${[`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines].join('\r\n')}\r\n\r\n${body}`;
}
