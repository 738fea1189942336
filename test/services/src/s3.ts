import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findJava } from './java.ts';
import type { Command } from './leashed.ts';
import { jars } from './maven.ts';
import { freePort, startProcess } from './process.ts';
import { get, type Service } from './service.ts';

const recipe = join(import.meta.dirname, 's3');

export interface S3Options {
  /** Default: a free one. */
  readonly port?: number;
  /** Default: random ones. Requests signed with others get 403, as on the real thing. */
  readonly credentials?: S3Credentials;
  /** Where buckets are kept. Default: a folder that vanishes with the server. */
  readonly dataFolder?: string;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Path-style requests; any region. It has no bucket at first. */
export interface S3Service extends Service, S3Credentials {}

/** Starts s3proxy: the S3 protocol over a folder of files. Its conditional PUT is not atomic. */
export async function startS3(options: S3Options = {}): Promise<S3Service> {
  const { port = await freePort(), credentials = randomCredentials() } = options;
  const [fetched, metricsPort] = [await jars('s3', recipe), await freePort()];
  const [url, metricsUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${metricsPort}`];
  const server = await startProcess({
    name: 's3',
    readyWithinMs: 60_000,
    ready: async () => Boolean(await get(`${url}/healthz`)),
    command: async (folder) => {
      const data = options.dataFolder ?? join(folder, 'data');
      await mkdir(data, { recursive: true });
      return s3Command(fetched, folder, settings({ url, metricsPort, data, credentials }));
    },
  });
  return {
    name: 's3',
    url,
    ...credentials,
    pid: server.pid,
    logFile: server.logFile,
    version: () => readVersion(url, fetched),
    requestCount: () => readRequestCount(metricsUrl),
    stop: (stopOptions) => server.stop(stopOptions),
  };
}

function randomCredentials(): S3Credentials {
  return {
    accessKeyId: `TEST${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(20).toString('hex'),
  };
}

/** The server tells the commit it was built from; the release it belongs to is in the jar's name. */
async function readVersion(url: string, fetched: string): Promise<string> {
  const health: { gitHash: string } = JSON.parse(await get(`${url}/healthz`));
  const jar = (await readdir(fetched)).find((name) => name.startsWith('s3proxy-'));
  return `${jar?.replace('.jar', '')} (${health.gitHash})`;
}

/** From its own Prometheus histogram, one series for each operation, status and bucket. */
async function readRequestCount(metricsUrl: string): Promise<number> {
  const text = await get(`${metricsUrl}/metrics`);
  const counts = text.matchAll(/^http_server_request_duration_seconds_count\{.*\} (\S+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

interface Layout {
  readonly url: string;
  readonly metricsPort: number;
  readonly data: string;
  readonly credentials: S3Credentials;
}

function settings({ url, metricsPort, data, credentials }: Layout): Record<string, string> {
  return {
    's3proxy.endpoint': url,
    's3proxy.authorization': 'aws-v2-or-v4',
    's3proxy.identity': credentials.accessKeyId,
    's3proxy.credential': credentials.secretAccessKey,
    's3proxy.metrics.enabled': 'true',
    's3proxy.metrics.host': '127.0.0.1',
    's3proxy.metrics.port': String(metricsPort),
    'jclouds.provider': 'filesystem-nio2',
    'jclouds.identity': 'unused',
    'jclouds.credential': 'unused',
    'jclouds.filesystem.basedir': data,
  };
}

async function s3Command(fetched: string, folder: string, properties: Record<string, string>): Promise<Command> {
  const file = join(folder, 's3proxy.properties');
  await writeFile(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const { executable } = await findJava();
  return {
    command: executable,
    args: [
      '-Xmx256m',
      '-XX:-UsePerfData',
      `-Djava.io.tmpdir=${folder}`,
      `-Dlogback.configurationFile=${join(recipe, 'logback.xml')}`,
      '-classpath',
      join(fetched, '*'),
      'org.gaul.s3proxy.Main',
      '--properties',
      file,
    ],
  };
}
