import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** What the proxy says instead of the server, in S3's form. */
export interface Answer {
  readonly status: number;
  readonly code: string;
}

export interface AnsweringProxy {
  readonly url: string;
  /** From now on `answer` decides about each request; `undefined` lets it through. Default: all go through. */
  answer(answer: (request: IncomingMessage) => Answer | undefined): void;
  /** Method and target of everything that was asked, in order. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** An HTTP proxy for what no test server can be told to say: 503 SlowDown, expired credentials. */
export async function startAnsweringProxy(target: string): Promise<AnsweringProxy> {
  let decide: (request: IncomingMessage) => Answer | undefined = () => undefined;
  const asked: string[] = [];
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const answer = decide(incoming);
    if (answer === undefined) forward(target, incoming, response);
    else refuse(answer, incoming, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the answering proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    answer: (next) => {
      decide = next;
    },
    asked,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Every header as it came: the signature covers them. */
function forward(target: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = incoming;
  const outgoing = request(new URL(incoming.url ?? '/', target), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

function refuse({ status, code }: Answer, incoming: IncomingMessage, response: ServerResponse): void {
  incoming.resume();
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(incoming.method === 'HEAD' ? '' : `<Error><Code>${code}</Code><Message>as told</Message></Error>`);
}
