/** The service as the SDK sees it, in a process of its own, so that its CPU is not the client's. */
import { fork } from 'node:child_process';
import { createServer } from 'node:http';

const GENERATION = '20260914t031500z';
const HEADERS = {
  'content-type': 'application/json',
  age: '0',
  'segment-epoch': '1',
  'segment-epoch-floor': '0',
  'segment-generation': GENERATION,
};
const REST = `"known":true,"generation":"${GENERATION}","computedAt":"2026-09-14T03:15:00.000Z","complete":true,"segmentIds":["recurrent:country:France","recurrent:category:kitchen","inactive:category:garden","new-customers:country:France","recurrent:store:17"]`;

export interface Service extends Disposable {
  readonly url: string;
}

export async function startService(): Promise<Service> {
  const child = fork(import.meta.filename, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const port = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the service of the benchmark ended with ${code}`)));
  });
  return { url: `http://127.0.0.1:${port}`, [Symbol.dispose]: () => child.kill() };
}

function serve(): void {
  const server = createServer((asked, response) => {
    let body = '';
    asked.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    asked.on('end', () => response.writeHead(200, HEADERS).end(replyTo(asked.url ?? '', body)));
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.(typeof address === 'object' ? address?.port : undefined);
  });
  process.once('disconnect', () => process.exit());
}

function replyTo(path: string, body: string): string {
  if (body === '') return `{"customerId":${JSON.stringify(decodeURIComponent(path.split('/')[3] ?? ''))},${REST}}`;
  const items = JSON.parse(body).customerIds.map(
    (id: string) => `{"customerId":${JSON.stringify(id)},"status":200,${REST}}`,
  );
  return `{"items":[${items.join()}]}`;
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) serve();
