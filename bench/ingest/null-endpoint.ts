/**
 * A front of Elasticsearch, in a process of its own, that swallows bulks into builds: it reads them, counts their lines and
 * says that all were stored. Everything else is Elasticsearch's, but for the count of an index whose bulks were swallowed.
 */
import { fork } from 'node:child_process';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

export interface NullEndpoint extends Disposable {
  readonly url: string;
  /** Documents that were swallowed for the build of `name`. */
  count(name: BuildName): Promise<number>;
}

/** Written by way of the alias `<prefix>-build-<run>`, counted as the index `<prefix>-members-<run>`. */
export interface BuildName {
  readonly prefix: string;
  readonly run: string;
}

export const buildAlias = ({ prefix, run }: BuildName): string => `${prefix}-build-${run}`;

export async function startNullEndpoint(elasticsearch: string): Promise<NullEndpoint> {
  const child = fork(import.meta.filename, [elasticsearch], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const port = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code, signal) => {
      if (!child.killed) process.stderr.write(`the null endpoint ended with ${code ?? signal}\n`);
      reject(new Error('the null endpoint ended'));
    });
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    async count({ prefix, run }) {
      const { count }: { count: number } = JSON.parse(
        await (await fetch(`${url}/${prefix}-members-${run}/_count`)).text(),
      );
      return count;
    },
    [Symbol.dispose]: () => child.kill(),
  };
}

const HEADERS = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };
/** What is said of a document to who asked for its status only, and to who asked for nothing in particular. */
const ITEM = {
  asked: '{"create":{"status":201}}',
  whole:
    '{"create":{"_index":"null","_id":"1a2b3c-1234","_version":1,"result":"created","_shards":{"total":1,"successful":1,"failed":0},"_seq_no":1234567,"_primary_term":1,"status":201}}',
};
const LINE_FEED = 10;
/** Neither of a catalogue, whose name has a dot, nor of other indices. */
const WRITTEN = /^\/(\w+)-build-([\w-]+)\/_bulk/;
const COUNTED = /^\/(\w+)-members-([\w-]+)\/_count/;
/** A connection a request: one that is kept may end while it is used. */
const fresh = new Agent({ keepAlive: false });

function serve(elasticsearch: string): void {
  /** Documents by prefix and run: several loads are under way, counted at different times. */
  const swallowed = new Map<string, number>();
  const server = createServer((asked, response) => {
    const { url = '' } = asked;
    const written = keyOf(WRITTEN, url);
    const counted = swallowed.get(keyOf(COUNTED, url) ?? '');
    if (written !== undefined) {
      void countLines(asked).then((lines) => {
        swallowed.set(written, (swallowed.get(written) ?? 0) + lines / 2);
        const item = url.includes('filter_path') ? ITEM.asked : ITEM.whole;
        response.writeHead(200, HEADERS).end(`{"errors":false,"items":[${Array(lines / 2).fill(item)}]}`);
      });
    } else if (counted !== undefined) {
      response.writeHead(200, HEADERS).end(JSON.stringify({ count: counted, _shards: { failed: 0 } }));
    } else forward(`${elasticsearch}${url}`, asked, response);
  });
  // As Elasticsearch, and longer than a load is silent: a connection that ends while it is used would fail the load.
  server.keepAliveTimeout = 3_600_000;
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.(typeof address === 'object' ? address?.port : undefined);
  });
  process.once('disconnect', () => process.exit());
}

function keyOf(pattern: RegExp, url: string): string | undefined {
  const [, prefix, run] = pattern.exec(url) ?? [];
  return run === undefined ? undefined : `${prefix} ${run}`;
}

async function countLines(asked: IncomingMessage): Promise<number> {
  let lines = 0;
  for await (const chunk of asked) {
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) lines += 1;
  }
  return lines;
}

function forward(url: string, asked: IncomingMessage, response: ServerResponse): void {
  const { host: _, connection: __, ...headers } = asked.headers;
  const onward = request(url, { agent: fresh, method: asked.method ?? 'GET', headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', (error) => {
    process.stderr.write(`the null endpoint could not forward ${asked.method} ${url}: ${error.message}\n`);
    response.destroy();
  });
  asked.pipe(onward);
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) serve(process.argv[2] ?? '');
