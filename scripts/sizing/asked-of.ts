/** One load of the measured run, by the command that people use. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startCommand } from '@segment-store/cli/child';
import type { CommandEvent } from '@segment-store/cli/event';
import type { Verdict } from '../load/agreement.ts';
import type { Measured } from '../load/measure.ts';
import type { ToolName } from '../load/options.ts';
import type { Run } from './runs.ts';

const SCRIPT = join(import.meta.dirname, '../load.ts');
const RESULTS = join(import.meta.dirname, '../../.data/load');

/** As `npm run load` leaves it in a file. */
interface Loaded {
  readonly at: string;
  readonly cpu: string;
  readonly verdicts: readonly Verdict[];
  readonly tools: Readonly<Partial<Record<ToolName, Measured>>>;
}

export interface Asked {
  readonly run: Run;
  readonly perSecond: number;
  /** Without it, `complaint` says why. */
  readonly loaded?: Loaded;
  readonly complaint?: string;
  /** Warnings, and where the tools do not agree. */
  readonly remarks: readonly string[];
}

interface Asking {
  readonly stack: string;
  readonly perSecond: number;
  readonly signal: AbortSignal;
}

/** Never rejects for a load that fails: the others are worth having. */
export async function askedOf(run: Run, { stack, perSecond: usual, signal }: Asking): Promise<Asked> {
  const perSecond = usual * run.times;
  const results = join(RESULTS, `${run.name}.json`);
  const child = startCommand(SCRIPT, [
    ...['--stack', stack, '--results', results, '--profile', run.profile, '--with', run.with],
    ...['--rate', `${perSecond}`, '--duration', `${run.seconds}s`, '--latency', `${run.latencyMs}ms`],
  ]);
  const stop = () => void child.process.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  const { events, exitCode, stderr } = await child.finished;
  signal.removeEventListener('abort', stop);
  const asked = { run, perSecond, remarks: remarksOf(events) };
  if (events.some(({ kind }) => kind === 'result')) {
    return { ...asked, loaded: JSON.parse(await readFile(results, 'utf8')) };
  }
  return { ...asked, complaint: complaintOf(events) ?? `ended with ${exitCode}: ${stderr.slice(0, 200)}` };
}

const remarksOf = (events: readonly CommandEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === 'warning' || event.kind === 'error' ? [firstLine(event.text)] : []));

function complaintOf(events: readonly CommandEvent[]): string | undefined {
  const error = events.findLast(({ kind }) => kind === 'error');
  return error?.kind === 'error' ? firstLine(error.text) : undefined;
}

const firstLine = (text: string): string => text.split('\n', 1).join();
