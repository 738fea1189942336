/**
 * A front of Elasticsearch, in a process of its own, that swallows bulks: it reads them, counts their lines and says that
 * all were stored. Everything else is Elasticsearch's, but for the count of an index whose bulks were swallowed.
 */
import { fork } from 'node:child_process';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

export interface NullEndpoint extends Disposable {
  readonly url: string;
}

export async function startNullEndpoint(elasticsearch: string): Promise<NullEndpoint> {
  const child = fork(import.meta.filename, [elasticsearch], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const port = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the null endpoint ended with ${code}`)));
  });
  return { url: `http://127.0.0.1:${port}`, [Symbol.dispose]: () => child.kill() };
}

const HEADERS = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };
/** What is said of a document to who asked for its status only, and to who asked for nothing in particular. */
const ITEM = {
  asked: '{"create":{"status":201}}',
  whole:
    '{"create":{"_index":"null","_id":"1a2b3c-1234","_version":1,"result":"created","_shards":{"total":1,"successful":1,"failed":0},"_seq_no":1234567,"_primary_term":1,"status":201}}',
};
const LINE_FEED = 10;
/** A connection a request: one that is kept may end while it is used. */
const fresh = new Agent({ keepAlive: false });

function serve(elasticsearch: string): void {
  let swallowed = 0;
  const server = createServer((asked, response) => {
    const { url = '' } = asked;
    if (/-build-[^/.]+\/_bulk/.test(url) || url.startsWith('/_bulk')) {
      void countLines(asked).then((lines) => {
        swallowed += lines / 2;
        const item = url.includes('filter_path') ? ITEM.asked : ITEM.whole;
        response.writeHead(200, HEADERS).end(`{"errors":false,"items":[${Array(lines / 2).fill(item)}]}`);
      });
    } else if (/-members-[^/,]+\/_count/.test(url)) {
      response.writeHead(200, HEADERS).end(JSON.stringify({ count: swallowed, _shards: { failed: 0 } }));
      swallowed = 0;
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
