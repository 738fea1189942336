/** Commands of pages, as they stand there, with the programs and variables that the pages expect. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { unpacked } from '@segment-store/services/apt';
import { pythonWith } from '@segment-store/services/python';
import { onPath } from '@segment-store/services/tool';
import type { Facts } from '@segment-store/stack/door';
import { mainOf } from '../support/commands.ts';
import { pathWith } from '../support/shims.ts';

export type Environment = Readonly<Record<string, string>>;

interface Ran {
  /** Null when it took longer than it may, or was ended. */
  readonly exitCode: number | null;
  /** Of both streams, at most the last 4,000 characters. */
  readonly output: string;
}

/** Runs a fence from its first line to its last, or to the first that fails; `hear` has each line as it is said. */
export type Shell = (text: string, environment?: Environment, hear?: (line: string) => void) => Promise<Ran>;

export interface ShellOptions {
  /** No command may take longer; by default two minutes. */
  readonly longestMs?: number;
  /** Ends what runs, and all that it started. */
  readonly signal?: AbortSignal;
}

const root = join(import.meta.dirname, '../..');
const LONGEST_MS = 120_000;
const SHOWN = 4_000;

export async function openShell(facts: Facts, binFolder: string, options: ShellOptions = {}): Promise<Shell> {
  const PATH = await pathWith(binFolder, {
    'segment-compute': [process.execPath, mainOf('compute')],
    'segment-ingest': [process.execPath, mainOf('ingest')],
    'segment-rollout': [process.execPath, mainOf('rollout')],
    'segment-server': [process.execPath, mainOf('server')],
    'redis-cli': await redisCli(),
    aws: [await pythonWith('checks'), '-m', 'awscli', '--endpoint-url', facts.parts.sqs?.url ?? ''],
  });
  const fixed = { ...process.env, ...variablesOf(facts), PATH };
  return (text, environment = {}, hear) => {
    const end = AbortSignal.timeout(options.longestMs ?? LONGEST_MS);
    const signal = options.signal === undefined ? end : AbortSignal.any([end, options.signal]);
    return ran(text, { env: { ...fixed, ...environment }, signal, hear });
  };
}

/** Those of docs/runbooks/README.md that a stack decides; drills give the others. */
function variablesOf({ folder, parts, keys, ops, s3, queues }: Facts): Environment {
  const url = (part: string) => parts[part]?.url ?? '';
  return {
    STORE: url('elasticsearch-1'),
    ELASTICSEARCH: url('elasticsearch-1'),
    REDIS: url('redis'),
    PROMETHEUS: url('prometheus'),
    URL: url('server-1'),
    OPS: ops['server-1'],
    KEY: keys.operator,
    KEYS: join(folder, 'keys.json'),
    SERVICE: `drill-${Date.now().toString(36)}`,
    QUEUE_ASIDE: queues.aside,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    SEGMENT_INGEST_S3_ENDPOINT: s3.endpoint,
    // A run every few seconds instead of every day.
    SEGMENT_INGEST_KEEP: '4',
    SEGMENT_INGEST_KEEP_YOUNGER_THAN: '1m',
  };
}

async function redisCli(): Promise<readonly string[]> {
  const found = onPath('redis-cli');
  if (found !== undefined) return [found];
  const { folder, env } = await unpacked('redis-server');
  return ['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), join(folder, 'usr/bin/redis-cli')];
}

interface Running {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly hear: ((line: string) => void) | undefined;
}

function ran(text: string, { env, signal, hear }: Running): Promise<Ran> {
  // A group of its own, so that what the shell started ends with it.
  const child = spawn('sh', ['-ec', text], { env, cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const end = () => child.pid !== undefined && process.kill(-child.pid, 'SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (some: string) => {
      output = (output + some).slice(-SHOWN);
    });
    if (hear !== undefined) createInterface({ input: stream }).on('line', hear);
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      signal.removeEventListener('abort', end);
      resolve({ exitCode, output });
    });
  });
}
