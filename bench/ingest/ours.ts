/** `segment-ingest load`, as a job runs it: a process of its own, watched from outside. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cpuSeconds, residentBytes } from './cpu.ts';
import type { Folder } from './documents.ts';

const MAIN = join(import.meta.dirname, '../../packages/ingest/src/main.ts');
const SAMPLE_MS = 200;

export interface Loaded {
  /** Of the stage `fill`: reading, checking and writing every line. */
  readonly fillSeconds: number;
  readonly fillCpuSeconds: number;
  /** Of Elasticsearch, meanwhile. */
  readonly fillElasticsearchSeconds: number;
  /** Of each stage, by name. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Resident bytes while it filled, every fifth of a second. */
  readonly resident: readonly number[];
  readonly exitCode: number;
}

interface Mark {
  readonly stage: string;
  readonly at: number;
  readonly cpu: number;
  readonly elasticsearch: number;
}

export interface LoadOptions {
  readonly url: string;
  /** Of Elasticsearch. */
  readonly pid: number;
  readonly prefix: string;
  /** Further flags. */
  readonly flags?: readonly string[];
  /** Killed (SIGKILL) once it has filled for so long. */
  readonly killAfterMs?: number;
}

export async function load(
  folder: Folder,
  { url, pid: elasticsearch, prefix, flags = [], killAfterMs }: LoadOptions,
): Promise<Loaded> {
  const args = [
    MAIN,
    'load',
    folder.path,
    '--store',
    url,
    '--prefix',
    prefix,
    '--json',
    '--parts-at-once',
    '8',
    ...flags,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const pid = child.pid ?? 0;
  const marks: Mark[] = [];
  const resident: number[] = [];
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint += text.toString();
  });
  let killing: NodeJS.Timeout | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { kind, stage = 'end' } = JSON.parse(line);
    if (kind !== 'stage' && kind !== 'result' && kind !== 'error') return;
    if (kind === 'error') complaint += line;
    marks.push({ stage, at: performance.now(), cpu: cpuSeconds(pid), elasticsearch: cpuSeconds(elasticsearch) });
    if (stage === 'fill' && killAfterMs !== undefined) killing = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  });
  const sampling = setInterval(() => {
    if (marks.at(-1)?.stage === 'fill') resident.push(residentBytes(pid));
  }, SAMPLE_MS);
  const exitCode = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 137)));
  clearInterval(sampling);
  clearTimeout(killing);
  if (exitCode !== 0 && killAfterMs === undefined)
    throw new Error(`segment-ingest ended with ${exitCode}: ${complaint}`);
  return { ...ofStages(marks), resident: resident.filter(Number.isFinite), exitCode };
}

function ofStages(marks: readonly Mark[]): Omit<Loaded, 'resident' | 'exitCode'> {
  const seconds: Record<string, number> = {};
  let fillCpuSeconds = 0;
  let fillElasticsearchSeconds = 0;
  for (const [place, { stage, at, cpu, elasticsearch }] of marks.entries()) {
    const next = marks[place + 1];
    if (next === undefined) break;
    seconds[stage] = (seconds[stage] ?? 0) + (next.at - at) / 1000;
    if (stage !== 'fill') continue;
    fillCpuSeconds += next.cpu - cpu;
    fillElasticsearchSeconds += next.elasticsearch - elasticsearch;
  }
  return { fillSeconds: seconds.fill ?? Number.NaN, fillCpuSeconds, fillElasticsearchSeconds, seconds };
}
