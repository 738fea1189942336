/** Stores that cannot be used: what is there, the code, and what the message must name besides the address. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { StoreCode } from './refusal.ts';

/** Where a case may put things. */
interface Scratch {
  readonly directory: string;
  /** Ended with the test. */
  onEnd(end: () => Promise<void> | void): void;
}

export interface BadStore {
  readonly what: string;
  /** Settles with the store's URL. */
  prepare(scratch: Scratch): Promise<string>;
  readonly code: StoreCode;
  readonly names: readonly string[];
  readonly retryable?: boolean;
  /** Answers within this. */
  readonly withinMs?: number;
}

const html = { 'content-type': 'text/html', server: 'nginx' };
const elastic = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };

export const badStores: readonly BadStore[] = [
  { what: 'a path below a file', prepare: belowFile, code: 'DENIED', names: ['below a file', 'name a directory'] },
  {
    what: 'a place that takes no directories',
    prepare: async () => 'embedded:/proc/none/x',
    code: 'DENIED',
    names: ['/proc'],
  },
  { what: 'a directory of another user', prepare: notWritable, code: 'DENIED', names: ['locked', 'writable'] },
  {
    what: 'a directory with other files',
    prepare: otherFiles,
    code: 'UNSUPPORTED',
    names: ['letter.txt', 'empty directory'],
  },
  {
    what: 'a store of a newer format',
    prepare: formatFile('{"schema":"segment-store/embedded/2"}'),
    code: 'UNSUPPORTED',
    names: ['format 2', 'reads 1'],
  },
  {
    what: 'a store that names no format',
    prepare: formatFile('{}'),
    code: 'UNSUPPORTED',
    names: ['store.json', 'reads 1'],
  },
  { what: 'a store whose data are broken', prepare: brokenData, code: 'UNSUPPORTED', names: ['data.mdb', 'restore'] },
  {
    what: 'nobody there',
    prepare: async () => 'http://127.0.0.1:9',
    code: 'UNAVAILABLE',
    names: ['ECONNREFUSED'],
    retryable: true,
  },
  {
    what: 'a server that accepts and never answers',
    prepare: tcp(),
    code: 'UNAVAILABLE',
    names: ['10000 ms'],
    retryable: true,
    withinMs: 11_000,
  },
  { what: 'a server that hangs up', prepare: tcp('hang up'), code: 'UNAVAILABLE', names: ['reached'], retryable: true },
  {
    what: 'a server of another protocol',
    prepare: tcp('-ERR unknown command\r\n'),
    code: 'UNSUPPORTED',
    names: ['not Elasticsearch', 'HTTP'],
  },
  {
    what: 'an overloaded Elasticsearch',
    prepare: http(503, elastic, '{}'),
    code: 'UNAVAILABLE',
    names: ['503'],
    retryable: true,
  },
  {
    what: 'a gateway without Elasticsearch',
    prepare: http(502, html, '<h1>Bad gateway</h1>'),
    code: 'UNAVAILABLE',
    names: ['502'],
    retryable: true,
  },
  {
    what: 'a web site',
    prepare: http(200, html, '<h1>Welcome</h1>'),
    code: 'UNSUPPORTED',
    names: ['not Elasticsearch', '200', 'nginx', 'text/html'],
  },
  {
    what: 'a web site without such a page',
    prepare: http(404, html, 'Not found'),
    code: 'UNSUPPORTED',
    names: ['not Elasticsearch', '404', 'nginx'],
  },
  {
    what: 'an API that is not Elasticsearch',
    prepare: http(200, { 'content-type': 'application/json' }, '{}'),
    code: 'UNSUPPORTED',
    names: ['not Elasticsearch', 'application/json'],
  },
  { what: 'half an answer', prepare: http(200, elastic, '{"index":'), code: 'UNSUPPORTED', names: ['not JSON'] },
  {
    what: 'wrong credentials',
    prepare: http(401, elastic, '{"error":{"type":"security_exception"}}'),
    code: 'DENIED',
    names: ['401', 'credentials'],
  },
  {
    what: 'an Elasticsearch before 9',
    prepare: http(400, elastic, '{"error":{"type":"media_type_header_exception"}}'),
    code: 'UNSUPPORTED',
    names: ['older than Elasticsearch 9'],
  },
];

async function belowFile({ directory }: Scratch): Promise<string> {
  await writeFile(join(directory, 'file'), '');
  return `embedded:${join(directory, 'file', 'store')}`;
}

/** Root may write anywhere: it tries as nobody. */
async function notWritable({ directory, onEnd }: Scratch): Promise<string> {
  await mkdir(join(directory, 'locked'));
  await chmod(join(directory, 'locked'), 0o555);
  await chmod(directory, 0o755);
  if (process.geteuid?.() === 0) {
    process.seteuid?.(65_534);
    onEnd(() => process.seteuid?.(0));
  }
  return `embedded:${join(directory, 'locked', 'store')}`;
}

async function otherFiles({ directory }: Scratch): Promise<string> {
  await writeFile(join(directory, 'letter.txt'), 'Dear reader');
  return `embedded:${directory}`;
}

function formatFile(text: string) {
  return async ({ directory }: Scratch): Promise<string> => {
    await writeFile(join(directory, 'store.json'), text);
    return `embedded:${directory}`;
  };
}

async function brokenData(scratch: Scratch): Promise<string> {
  await mkdir(join(scratch.directory, 'control'));
  await writeFile(join(scratch.directory, 'control', 'data.mdb'), 'garbage '.repeat(10_000));
  return formatFile('{"schema":"segment-store/embedded/1"}')(scratch);
}

function tcp(greeting?: string) {
  return (scratch: Scratch): Promise<string> =>
    listening(
      createServer((socket) => {
        socket.on('error', () => {});
        scratch.onEnd(() => void socket.destroy());
        if (greeting === 'hang up') socket.destroy();
        else if (greeting !== undefined) socket.end(greeting);
      }),
      scratch,
    );
}

function http(status: number, headers: Readonly<Record<string, string>>, body: string) {
  return (scratch: Scratch): Promise<string> =>
    listening(
      createHttpServer((_, response) => {
        response.writeHead(status, { ...headers, connection: 'close' });
        response.end(body);
      }),
      scratch,
    );
}

async function listening(server: Server, { onEnd }: Scratch): Promise<string> {
  onEnd(() => void server.close());
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(portOf(server.address())));
  });
  return `http://127.0.0.1:${port}`;
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
