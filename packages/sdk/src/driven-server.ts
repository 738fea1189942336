/** Real servers that a test drives by hand. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { systemTime, type Time } from '@segment-store/resilience/time';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface DrivenServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly Asked[];
  /** Resolves once `count` requests have come in. */
  received(count: number): Promise<void>;
}

export type Handler = (asked: Asked, response: ServerResponse) => void;

/** At a port of its own, unless one is given. */
export async function drivenServer(handle: Handler, port = 0): Promise<DrivenServer> {
  const requests: Asked[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (message, response) => {
    response.on('error', () => 'the client left');
    const body = await textOf(message);
    const asked = { method: message.method ?? '', path: message.url ?? '', headers: message.headers, body };
    requests.push(asked);
    for (const check of waiting) check();
    handle(asked, response);
  });
  const url = await listening(server, port);
  return {
    url,
    requests,
    received: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (requests.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Bytes as they are: for what no HTTP server would send. */
export async function rawServer(onSocket: (socket: Socket) => void): Promise<{ url: string } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => 'the client left');
    onSocket(socket);
  });
  const url = await listening(server);
  return {
    url,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listening(server: Server, port = 0): Promise<string> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return `http://127.0.0.1:${portOf(server.address())}`;
}

export const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;

async function textOf(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of message.setEncoding('utf8')) text += chunk;
  return text;
}

export const GENERATION = '20260914t031500z';
export const COMPUTED_AT: Date = new Date('2026-09-14T03:15:00.000Z');

export interface Facts {
  readonly segmentIds?: readonly string[];
  readonly known?: boolean;
  readonly complete?: boolean;
  readonly generation?: string;
}

/** What the service says of a customer. */
export const segmentsOf = (customerId: string, facts: Facts = {}): object => ({
  customerId,
  known: true,
  generation: GENERATION,
  computedAt: COMPUTED_AT.toISOString(),
  complete: true,
  segmentIds: ['recurrent:store:17'],
  ...facts,
});

export interface ReplyHead {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers as the service does; `headers` adds and replaces. */
export function reply(response: ServerResponse, body: unknown, { status = 200, headers = {} }: ReplyHead = {}): void {
  const fixed = { 'segment-epoch': '1', 'segment-epoch-floor': '0', 'segment-generation': GENERATION };
  response.writeHead(status, { 'content-type': 'application/json', ...fixed, ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A service where every customer has the facts `factsOf` gives. */
export const serving =
  (factsOf: (id: string) => Facts = () => ({}), head: ReplyHead = {}): Handler =>
  (asked, response) => {
    const ids = customersIn(asked);
    if (asked.method === 'POST') {
      return reply(response, { items: ids.map((id) => ({ ...segmentsOf(id, factsOf(id)), status: 200 })) }, head);
    }
    const [id = ''] = ids;
    const [, segmentId] = asked.path.match(/\/segments\/([^/]+)$/) ?? [];
    if (segmentId === undefined) return reply(response, segmentsOf(id, factsOf(id)), head);
    const member = factsOf(id).segmentIds?.includes(segmentId) ?? segmentId === 'recurrent:store:17';
    reply(response, { ...segmentsOf(id), segmentId, member }, head);
  };

/** Answers every customer while it is well, 500 while it is not. */
export const servingWhile =
  (isWell: () => boolean): Handler =>
  (asked, response) =>
    isWell() ? serving()(asked, response) : reply(response, problem('internal', 500), { status: 500 });

/** The customers a request asks about. */
export function customersIn({ method, path, body }: Asked): readonly string[] {
  if (method === 'POST') return JSON.parse(body).customerIds;
  const [, id] = path.match(/\/v1\/customers\/([^/]+)\/segments/) ?? [];
  return id === undefined ? [] : [decodeURIComponent(id)];
}

export const problem = (type: string, status: number): object => ({
  type: `urn:segment-store:error:${type}`,
  title: type,
  status,
  detail: type,
});

/** Real timers, and a clock that can be moved forward. */
export function skippingTime(): Time & { skip(ms: number): void } {
  let skipped = 0;
  return {
    now: () => systemTime.now() + skipped,
    after: systemTime.after,
    skip(ms) {
      skipped += ms;
    },
  };
}
