/** A server with faults: the real one, with what is asked and answered changed on the way. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Answer, Asked, Fault } from './faults.cases.ts';

export interface SpoilingProxy extends AsyncDisposable {
  readonly url: string;
}

export async function startSpoilingProxy(
  server: string,
  { faults, key }: { readonly faults: readonly Fault[]; readonly key: string },
): Promise<SpoilingProxy> {
  const proxy = createServer(async (incoming, outgoing) => {
    const asked = { method: `${incoming.method}`, target: `${incoming.url}`, headers: plain(incoming.headers) };
    const fault = faults.find(({ path }) => isOf(path, asked.target));
    const answer = await forwarded(server, fault?.asked?.(asked, key) ?? asked, incoming);
    const { status, headers, body } = fault?.answered?.(answer) ?? answer;
    outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    outgoing.end(body);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

function isOf(path: string, target: string): boolean {
  const parts = path.split('/');
  const given = (target.split('?', 1)[0] ?? '').split('/');
  return parts.length === given.length && parts.every((part, at) => part.startsWith('{') || part === given[at]);
}

/** Every byte of the target as it came. */
async function forwarded(server: string, { method, target, headers }: Asked, body: IncomingMessage): Promise<Answer> {
  const { hostname, port } = new URL(server);
  const outgoing = request({ hostname, port, method, path: target, headers });
  body.pipe(outgoing);
  const [answer]: IncomingMessage[] = await once(outgoing, 'response');
  if (answer === undefined) throw new Error(`${method} ${target} had no answer`);
  const { 'transfer-encoding': _, ...kept } = plain(answer.headers);
  return { status: answer.statusCode ?? 0, headers: kept, body: await text(answer) };
}

const plain = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `${value}`]));
