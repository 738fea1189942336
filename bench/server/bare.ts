/**
 * The least a server can do: `node bare.ts hono|node-http <answers>` knows all answers beforehand and sends them as they
 * are; one handler, no key, no figures, no log. `delayed`: for checking who measures.
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { cpuSeconds } from '../ingest/cpu.ts';
import { nextMessage } from '../next-message.ts';
import type { Server } from './ours.ts';

type Kind = 'hono' | 'node-http' | 'delayed';

/** What ours sends for one path. */
export interface Answer {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Bare extends Server, Disposable {}

/** `answers`: a file of one `Answer` a line. */
export const startBare = (kind: Kind, answers: string): Promise<Bare> =>
  startServer(import.meta.filename, kind, answers);

/** A module that sends its port to whoever forks it. */
export async function startServer(module: string, ...args: readonly string[]): Promise<Bare> {
  const child = fork(module, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const port = Number(await nextMessage(child, `${args[0]}`));
  const { pid = 0 } = child;
  return { port, key: '', cpuSeconds: () => cpuSeconds(pid), [Symbol.dispose]: () => child.kill() };
}

interface Ready {
  readonly headers: Record<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
}

function readAnswers(file: string): ReadonlyMap<string, Ready> {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return new Map(
    lines.map((line) => {
      const { path, headers, body }: Answer = JSON.parse(line);
      return [path, { headers, body: new TextEncoder().encode(body) }];
    }),
  );
}

function serveHono(answers: ReadonlyMap<string, Ready>): void {
  const app = new Hono();
  const byId = new Map([...answers].map(([path, answer]) => [path.split('/')[3] ?? '', answer]));
  app.get('/v1/customers/:customerId/segments', (context) => {
    const answer = byId.get(context.req.param('customerId'));
    if (answer === undefined) return new Response('not one of those asked for', { status: 404 });
    return new Response(answer.body, { headers: answer.headers });
  });
  serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => process.send?.(port));
}

function serveHttp(answers: ReadonlyMap<string, Ready>): void {
  const server = createServer((incoming, outgoing) => {
    const answer = answers.get(incoming.url ?? '');
    if (answer === undefined) outgoing.writeHead(404, { 'content-length': '0' }).end();
    else outgoing.writeHead(200, answer.headers).end(answer.body);
  });
  for (const { headers, body } of answers.values()) headers['content-length'] = `${body.length}`;
  server.listen(0, '127.0.0.1', () => process.send?.(portOf(server.address())));
}

/** Every answer so late. */
export const DELAY_MS = 20;
/** Once in a while nothing is answered for so long. */
export const STALL = { everyMs: 2_000, ms: 400 };

function serveDelayed(): void {
  const server = createServer((_, outgoing) => {
    setTimeout(() => outgoing.writeHead(200, { 'content-length': '2' }).end('{}'), DELAY_MS);
  });
  setInterval(() => {
    const until = performance.now() + STALL.ms;
    while (performance.now() < until);
  }, STALL.everyMs);
  server.listen(0, '127.0.0.1', () => process.send?.(portOf(server.address())));
}

const portOf = (address: ReturnType<ReturnType<typeof createServer>['address']>): number =>
  typeof address === 'object' && address !== null ? address.port : 0;

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  const [kind, answers = ''] = process.argv.slice(2);
  if (kind === 'hono') serveHono(readAnswers(answers));
  else if (kind === 'node-http') serveHttp(readAnswers(answers));
  else serveDelayed();
  process.once('disconnect', () => process.exit());
}
