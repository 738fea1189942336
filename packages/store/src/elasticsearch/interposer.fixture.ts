/** Stands before a real Elasticsearch and answers some requests itself: statuses that are hard to provoke. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/**
 * `lose`: Elasticsearch does the work, the answer never arrives. `hang up`: the connection ends, nothing was done.
 * `silence`: nothing happens, ever.
 */
export type Answering =
  | { readonly status: number; readonly body?: object; readonly headers?: Readonly<Record<string, string>> }
  | 'forward'
  | 'lose'
  | 'hang up'
  | 'silence';

export interface Interposer extends AsyncDisposable {
  readonly url: string;
  /** Replaces how requests are answered. */
  answering(decide: (asked: Asked) => Answering): void;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly isLost: boolean;
}

export async function interpose(target: string): Promise<Interposer> {
  let decide: (asked: Asked) => Answering = () => 'forward';
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '' } = request;
    const asked = { method, path, body: Buffer.concat(await Array.fromAsync(request)).toString() };
    const answer = decide(asked);
    if (answer === 'silence') return;
    if (answer === 'hang up') {
      request.socket.destroy();
      return;
    }
    if (answer === 'forward' || answer === 'lose') {
      await forward(`${target}${path}`, asked, { request, response, isLost: answer === 'lose' });
      return;
    }
    if (answer.status === 413) {
      // As Elasticsearch does: it never reads what is too large.
      response.writeHead(413, { 'content-length': 0 }).end();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/json', ...ELASTIC, ...answer.headers });
    response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  };
  const server = createServer((request, response) => {
    void respond(request, response).catch(() => request.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    answering: (next) => {
      decide = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function forward(url: string, { method, body }: Asked, { request, response, isLost }: Exchange): Promise<void> {
  const headers = { 'content-type': request.headers['content-type'] ?? '', accept: request.headers.accept ?? '' };
  const answered = await fetch(url, { method, headers, ...(body !== '' && { body }) });
  const text = await answered.text();
  if (isLost) request.socket.destroy();
  else {
    response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') ?? '', ...ELASTIC });
    response.end(text);
  }
}

const ELASTIC = { 'x-elastic-product': 'Elasticsearch' };
