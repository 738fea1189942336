/** `segment-server` as it runs in production: a process of its own, with keys, limits, metrics and request log. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cpuSeconds, residentBytes } from '../ingest/cpu.ts';
import { type CallerKey, createKey } from './keys.ts';

const MAIN = join(import.meta.dirname, '../../packages/server/src/main.ts');
const READY_MS = 120_000;
const POLL_MS = 20;

/** What can be asked, and what it costs. */
export interface Server {
  readonly port: number;
  /** As in `Authorization`; empty where nobody is asked who he is. */
  readonly key: string;
  /** Where one customer is asked for, `{id}` in his place. Default: as of ours. */
  readonly path?: string;
  /** Seconds so far, of all its processes. */
  cpuSeconds(): number;
}

export interface Ours extends Server, AsyncDisposable {
  /** From its start until it would take requests. */
  readonly readySeconds: number;
  residentBytes(): number;
  /** Of /metrics: the sum of the figures whose line begins so. */
  figure(beginning: string): Promise<number>;
}

interface Keys {
  readonly file: string;
  /** One of them, that may read figures. */
  readonly key: string;
}

export interface OursOptions {
  /** A directory for its keys and its log. */
  readonly root: string;
  readonly store: string;
  /** Default: a key of its own. */
  readonly keys?: Keys;
  readonly flags?: readonly string[];
  /** A module that is loaded before. */
  readonly preload?: string;
}

export async function startOurs({ root, store, keys, flags = [], preload }: OursOptions): Promise<Ours> {
  const { file, key } = keys ?? measuredKey(root);
  const startedAt = performance.now();
  const before = preload === undefined ? [] : ['--import', preload];
  const args = [...before, MAIN, '--json', '--store', store, '--keys', file, '--port', '0', ...flags];
  const log = openSync(join(root, 'server.log'), 'a');
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', log] });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { pid = 0 } = child;
  let url = '';
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { kind, data } = JSON.parse(line);
      if (kind === 'result') url = data.url;
    });
  while (!(await isReady(url))) {
    if (child.exitCode !== null || performance.now() - startedAt > READY_MS) {
      child.kill();
      throw new Error(`segment-server is not ready: ${readFileSync(join(root, 'server.log'), 'utf8').slice(-2_000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const readySeconds = (performance.now() - startedAt) / 1000;
  const all = () => [pid, ...childrenOf(pid)];
  return {
    port: Number(new URL(url).port),
    key,
    readySeconds,
    cpuSeconds: () => all().reduce((sum, one) => sum + cpuSeconds(one), 0),
    residentBytes: () => all().reduce((sum, one) => sum + residentBytes(one), 0),
    figure: (beginning) => figureOf(url, beginning, key),
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

/** Critical, and with a rate nobody reaches: what is measured is the answer, not the refusal. */
const MEASURED: CallerKey = { name: 'bench', class: 'critical', rate: 1_000_000, scopes: 'read,admin' };

function measuredKey(root: string): Keys {
  const file = join(root, `keys-${performance.now()}.json`);
  return { file, key: createKey(file, MEASURED) };
}

async function isReady(url: string): Promise<boolean> {
  if (url === '') return false;
  const answer = await fetch(`${url}/readyz`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok === true;
}

/** Workers. */
function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

async function figureOf(url: string, beginning: string, key: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`/metrics answered ${answer.status}: ${text}`);
  const lines = text.split('\n').filter((line) => line.startsWith(beginning));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
