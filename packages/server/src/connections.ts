/** What each connection is being answered: neither a drain nor bytes that are no HTTP may cut an answer or write into one. */
import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { invalidRequest, type ProblemError, printProblem } from './errors.ts';

/** How long a client that was refused may keep its own side of the connection open. */
const CUT_MS = 500;

export class Connections {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  /** The answer begun last on each open connection that ever brought a request. */
  readonly #latest = new Map<Duplex, ServerResponse>();
  readonly #refused = new WeakSet<Duplex>();

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#opened(socket));
    server.on('clientError', (error, socket) => this.#refuse(error, socket));
  }

  begin(outgoing: ServerResponse): void {
    this.#latest.set(outgoing.req.socket, outgoing);
  }

  /** What is not answered yet will say `Connection: close`. */
  closeAfterAnswers(): void {
    for (const outgoing of this.#latest.values()) if (!outgoing.headersSent) outgoing.shouldKeepAlive = false;
  }

  /** Those on which nothing is under way; Node's own call leaves out what never brought a byte. */
  closeIdle(): void {
    this.#server.closeIdleConnections();
    for (const socket of this.#open) if (socket.bytesRead === 0) socket.destroy();
  }

  #opened(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#latest.delete(socket);
    });
  }

  /** Bytes that are no HTTP request reach no route. A client that goes on to send them is not told again. */
  #refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (this.#refused.has(socket)) return;
    this.#refused.add(socket);
    const outgoing = this.#latest.get(socket);
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else if (outgoing === undefined || isNext(socket, outgoing)) cut(socket, printed(problemOf(error)));
    else if (outgoing.req.complete) outgoing.once('close', () => cut(socket));
    else setTimeout(cut, CUT_MS, socket).unref();
  }
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
