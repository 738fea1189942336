/** Where Envoy or GoReplay send their copies: taken in and thanked for at once, as nobody waits for the answer. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

export interface Mirrored {
  readonly method: string;
  readonly target: string;
  readonly body: string;
}

export interface Mirror extends AsyncDisposable {
  readonly url: string;
}

const MAX_BYTES = 64 * 1024;

/** Rejects when it cannot listen there. */
export async function openMirror(
  { host, port }: { readonly host: string; readonly port: number },
  take: (mirrored: Mirrored) => void,
): Promise<Mirror> {
  const server = createServer((message, response) => {
    response.on('error', () => 'whoever sent the copy has left');
    void bodyOf(message).then((body) => {
      response.writeHead(202).end();
      if (body !== undefined) take({ method: message.method ?? '', target: message.url ?? '', body });
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Undefined for a body that is cut or too large. */
async function bodyOf(message: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of message) {
      bytes += chunk.length;
      if (bytes <= MAX_BYTES) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return bytes > MAX_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}
