/** The service as the SDK sees it, in a process of its own, so that its CPU is not the client's. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { nextMessage } from '../next-message.ts';

const GENERATION = '20260914t031500z';
const HEADERS = {
  'content-type': 'application/json',
  age: '0',
  'segment-epoch': '1',
  'segment-epoch-floor': '0',
  'segment-generation': GENERATION,
};
const REST = `"known":true,"generation":"${GENERATION}","computedAt":"2026-09-14T03:15:00.000Z","complete":true,"segmentIds":["recurrent:country:France","recurrent:category:kitchen","inactive:category:garden","new-customers:country:France","recurrent:store:17"]`;
/** As it answers while it cannot. */
const OUT_OF_ORDER = { status: 503, type: 'unavailable', title: 'Out of order' };

export interface Service extends Disposable {
  readonly url: string;
  readonly port: number;
  /** From now on answers so large a part of all requests with 503. */
  fail(part: number): void;
  /** Requests so far. */
  requests(): Promise<number>;
  /** Killed, as a machine dies. */
  die(): Promise<void>;
}

type Told = { readonly failing: number } | 'count';

/** `port`: where one that died was. Default: a free one. */
export async function startService(port: number = 0): Promise<Service> {
  const child = fork(import.meta.filename, [`${port}`], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const listens = Number(await nextMessage(child, 'the service of the benchmark'));
  return {
    url: `http://127.0.0.1:${listens}`,
    port: listens,
    fail: (failing) => void child.send({ failing } satisfies Told),
    requests: async () => {
      child.send('count' satisfies Told);
      return Number(await nextMessage(child, 'the service of the benchmark'));
    },
    die: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    [Symbol.dispose]: () => child.kill(),
  };
}

function serve(port: number): void {
  let [failing, requests] = [0, 0];
  const server = createServer((asked, response) => {
    let body = '';
    requests += 1;
    asked.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    asked.on('end', () => {
      if (Math.random() < failing) response.writeHead(OUT_OF_ORDER.status).end(JSON.stringify(OUT_OF_ORDER));
      else response.writeHead(200, HEADERS).end(replyTo(asked.url ?? '', body));
    });
  });
  server.listen(port, '127.0.0.1', () => {
    const address = server.address();
    process.send?.(typeof address === 'object' ? address?.port : undefined);
  });
  process.on('message', (told: Told) => {
    if (told === 'count') process.send?.(requests);
    else failing = told.failing;
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

if (process.send !== undefined && process.argv[1] === import.meta.filename) serve(Number(process.argv[2]));
