import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findJava } from './java.ts';
import type { Command } from './leashed.ts';
import { jars } from './maven.ts';
import { freePort, startProcess } from './process.ts';
import { get, type Service } from './service.ts';

const recipe = join(import.meta.dirname, 'sqs');

export interface SqsOptions {
  /** Default: a free one. */
  readonly port?: number;
}

/** Starts ElasticMQ: the SQS protocol, queues in memory. Any credentials, any region; it has no queue at first. */
export async function startSqs(options: SqsOptions = {}): Promise<Service> {
  const { port = await freePort() } = options;
  const fetched = await jars('sqs', recipe);
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    name: 'sqs',
    readyWithinMs: 60_000,
    ready: async () => Boolean(await get(`${url}/health`)),
    command: (folder) => sqsCommand(fetched, folder, port),
  });
  return {
    name: 'sqs',
    url,
    pid: server.pid,
    logFile: server.logFile,
    version: () => readVersion(fetched),
    requestCount: () => countRequests(server.logFile),
    stop: (stopOptions) => server.stop(stopOptions),
  };
}

/** The server tells no version: the jar that runs does. */
async function readVersion(fetched: string): Promise<string> {
  const jar = (await readdir(fetched)).find((name) => name.startsWith('elasticmq-server'));
  return `${jar?.replace('.jar', '')}`;
}

/** Queues looked up, by the server's own log: one for most requests, two for some. */
async function countRequests(logFile: string): Promise<number> {
  return (await readFile(logFile, 'utf8')).match(/ (Looking up|Creating) queue /g)?.length ?? 0;
}

/** `include` keeps what the server's own file says of time limits. */
const settings = (port: number): string => `
include classpath("application.conf")
node-address { protocol = http, host = "127.0.0.1", port = ${port} }
rest-sqs { enabled = true, bind-hostname = "127.0.0.1", bind-port = ${port}, sqs-limits = strict }
rest-stats { enabled = false }
`;

async function sqsCommand(fetched: string, folder: string, port: number): Promise<Command> {
  const file = join(folder, 'sqs.conf');
  await writeFile(file, settings(port));
  const { executable } = await findJava();
  return {
    command: executable,
    args: [
      '-Xmx128m',
      '-XX:-UsePerfData',
      `-Djava.io.tmpdir=${folder}`,
      `-Dlogback.configurationFile=${join(recipe, 'logback.xml')}`,
      `-Dconfig.file=${file}`,
      '-classpath',
      join(fetched, '*'),
      'org.elasticmq.server.Main',
    ],
  };
}
