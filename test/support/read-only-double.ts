/** In front of a real server: what reads goes through, what could write is refused and written down. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

export interface ReadOnlyDouble extends AsyncDisposable {
  readonly url: string;
  /** `PUT /segments-control/_doc/hold`, in the order they came. */
  readonly refused: readonly string[];
  /** How many went through. */
  readonly passed: () => number;
}

const READING = new Set(['GET', 'HEAD']);
/** Elasticsearch's questions that have a body. */
const QUESTION = /\/_(search|msearch|mget|count)(\?|$)/;

export async function startReadOnlyDouble(target: string): Promise<ReadOnlyDouble> {
  const { hostname, port } = new URL(target);
  const refused: string[] = [];
  let passed = 0;
  const serve = (from: IncomingMessage, to: ServerResponse) => {
    const { method = '', url: path = '', headers } = from;
    if (!READING.has(method) && !(method === 'POST' && QUESTION.test(path))) {
      refused.push(`${method} ${path}`);
      from.resume();
      to.writeHead(403).end();
      return;
    }
    passed++;
    const onward = request({ hostname, port, method, path, headers, setHost: false }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    onward.on('error', () => to.destroy());
    from.pipe(onward);
  };
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    refused,
    passed: () => passed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
