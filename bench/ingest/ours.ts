/** `segment-ingest load`, as a job runs it: a process of its own, watched from outside. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cpuSeconds, residentBytes } from './cpu.ts';
import type { Folder } from './documents.ts';

const MAIN = join(import.meta.dirname, '../../packages/ingest/src/main.ts');
const SAMPLE_MS = 100;

export interface Loaded {
  /** Of the stage `fill`: reading, checking and writing every line. */
  readonly fillSeconds: number;
  readonly fillCpuSeconds: number;
  /** Of Elasticsearch, meanwhile. */
  readonly fillElasticsearchSeconds: number;
  /** Of the whole command: its start, the seal and the gates, too. */
  readonly wholeSeconds: number;
  /** Of each stage, by name. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Resident bytes while it filled, every tenth of a second. */
  readonly resident: readonly number[];
  /** As it says about every second how many rows are done. */
  readonly progress: readonly { readonly rows: number; readonly cpu: number }[];
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
  /** Called when it begins to fill; the load is not over before it. */
  atFill?(): Promise<void>;
}

export async function load(folder: Folder, { killAfterMs, ...options }: LoadOptions): Promise<Loaded> {
  const { url, prefix, flags = [] } = options;
  const args = [MAIN, 'load', folder.path, '--store', url, '--prefix', prefix, '--json', ...flags];
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const pid = child.pid ?? 0;
  const marks: Mark[] = [];
  const resident: number[] = [];
  const progress: { rows: number; cpu: number }[] = [];
  const complaints: string[] = [];
  let atFill: Promise<void> | undefined;
  let killing: NodeJS.Timeout | undefined;
  child.stderr.on('data', (text: Buffer) => complaints.push(text.toString()));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { kind, stage = 'end', done } = JSON.parse(line);
    if (kind === 'error') complaints.push(line);
    if (kind === 'progress' && stage === 'fill') progress.push({ rows: done, cpu: cpuSeconds(pid) });
    if (kind !== 'stage' && kind !== 'result') return;
    marks.push({ stage, at: performance.now(), cpu: cpuSeconds(pid), elasticsearch: cpuSeconds(options.pid) });
    if (stage !== 'fill') return;
    atFill = options.atFill?.();
    if (killAfterMs !== undefined) killing = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  });
  const sampling = setInterval(() => {
    if (marks.at(-1)?.stage === 'fill') resident.push(residentBytes(pid));
  }, SAMPLE_MS);
  const exitCode = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 137)));
  const wholeSeconds = (performance.now() - startedAt) / 1000;
  clearInterval(sampling);
  clearTimeout(killing);
  await atFill;
  if (exitCode !== 0 && killAfterMs === undefined)
    throw new Error(`segment-ingest ended with ${exitCode}: ${complaints.join('')}`);
  return { ...ofStages(marks), resident: resident.filter(Number.isFinite), progress, wholeSeconds, exitCode };
}

function ofStages(marks: readonly Mark[]): Omit<Loaded, 'resident' | 'progress' | 'wholeSeconds' | 'exitCode'> {
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
