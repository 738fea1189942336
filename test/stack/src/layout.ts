/** Where everything of a stack is, decided before anything starts: each part knows the others by it. */
import { randomBytes, randomInt } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { S3Credentials } from '@segment-store/services/s3';

/** In the order of their numbers where the first one is given. */
const LISTENERS = [
  'server-1',
  'server-2',
  'prometheus',
  'alertmanager',
  'receiver',
  'control',
  'server-1-ops',
  'server-2-ops',
  'traffic',
  'elasticsearch-1',
  'elasticsearch-2',
  'elasticsearch-1-transport',
  'elasticsearch-2-transport',
  'redis',
  's3',
  'sqs',
  'postgres',
  'jobs-exporter',
  'redis-exporter',
  'elasticsearch-exporter',
  'sqs-exporter',
  'probe-exporter',
] as const;

export type Listener = (typeof LISTENERS)[number];

export const BUCKET = 'segments';
export const QUEUE = 'runs';
/** Takes what came back from `QUEUE` three times. */
export const DEAD_LETTER_QUEUE = 'runs-aside';

export interface Layout {
  /** Data, configuration and `stack.json`; emptied before a start. */
  readonly folder: string;
  port(listener: Listener): number;
  readonly s3: S3Credentials;
  /** `--metrics-file` of jobs is written here. */
  readonly jobFigures: string;
}

export const urlOf = ({ port }: Layout, listener: Listener): string => `http://127.0.0.1:${port(listener)}`;
export const databaseUrl = ({ port }: Layout): string => `postgres://postgres@127.0.0.1:${port('postgres')}/postgres`;
export const queueUrl = (layout: Layout, queue: string): string => `${urlOf(layout, 'sqs')}/000000000000/${queue}`;

export interface LayoutOptions {
  readonly folder: string;
  /** The first of the ports that are taken, one after the other; 0: free ones. */
  readonly portsFrom: number;
}

/** Empties the folder. @throws Error for a port somebody listens on */
export async function layOut({ folder, portsFrom }: LayoutOptions): Promise<Layout> {
  const ports = portsFrom === 0 ? await freePorts() : await portsFromOn(portsFrom);
  await rm(folder, { recursive: true, force: true });
  const jobFigures = join(folder, 'job-figures');
  await mkdir(jobFigures, { recursive: true });
  return {
    folder,
    port: (listener) => ports[LISTENERS.indexOf(listener)] ?? 0,
    s3: {
      accessKeyId: `STACK${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(20).toString('hex'),
    },
    jobFigures,
  };
}

/** Below those that outgoing connections get: none of them takes one between now and the start of its part. */
const FREE = { first: 10_000, last: 32_000 };
const TURNS = 50;

async function freePorts(): Promise<readonly number[]> {
  for (let turn = 0; turn < TURNS; turn++) {
    const ports = portsOf(randomInt(FREE.first, FREE.last - LISTENERS.length));
    if (!(await Promise.all(ports.map(isTaken))).includes(true)) return ports;
  }
  throw new Error(`no ${LISTENERS.length} free ports in a row from ${FREE.first} to ${FREE.last}`);
}

async function portsFromOn(first: number): Promise<readonly number[]> {
  const ports = portsOf(first);
  for (const [index, port] of ports.entries()) {
    if (await isTaken(port)) {
      throw new Error(
        `port ${port}, for ${LISTENERS[index]}, is taken: --ports-from takes another first port, 0 takes free ones`,
      );
    }
  }
  return ports;
}

const portsOf = (first: number): readonly number[] => LISTENERS.map((_, index) => first + index);

function isTaken(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(true));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
  });
}
