/** What a drill stands on: a stack, what watches it, a shell beside it, runs to load. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Door, Facts } from '@segment-store/stack/door';
import { type AllFigures, createFigures, type Figures } from './figures.ts';
import { type Observing, observing } from './observing.ts';
import { createRuns, type MadeRun, type RunChange, type Runs } from './runs.ts';
import { type Environment, openShell, type Shell } from './shell.ts';

export interface Ground extends Observing {
  readonly door: Door;
  /** As they were at the start: addresses stay. */
  readonly facts: Facts;
  readonly figures: Figures;
  readonly runs: Runs;
  readonly shell: Shell;
  /** @throws Error with its output for a command that ends otherwise than with `expected`, by default 0 */
  mustRun(text: string, environment?: Environment, expected?: number): Promise<void>;
  /** A new run, loaded and live: what was live before can be rolled back to. */
  published(change?: RunChange): Promise<MadeRun>;
  /** A load as a scheduler starts it, with its figures where those of the watch were. */
  job(run: MadeRun, flags: string, expected: number): Promise<void>;
  /** Lookups of customers that nobody knows and no memory has; answers do not matter. */
  askStrangers(count: number): Promise<void>;
}

/** Where drills of several lanes stand. */
export interface OpenGround extends Ground, AsyncDisposable {
  readonly figures: AllFigures;
}

export async function openGround(door: Door): Promise<OpenGround> {
  const facts = await door.facts();
  const scratch = await mkdtemp(join(tmpdir(), 'drills-'));
  const [shell, runs] = await Promise.all([openShell(facts, join(scratch, 'bin')), createRuns(join(scratch, 'runs'))]);
  const figures = await createFigures(facts);

  async function mustRun(text: string, environment: Environment = {}, expected = 0): Promise<void> {
    const { exitCode, output } = await shell(text, environment);
    if (exitCode !== expected) throw new Error(`${text}\nended with ${exitCode}, not ${expected}:\n${output}`);
  }

  return {
    ...observing(facts),
    ...{ door, facts, figures, runs, shell, mustRun },
    async published(change) {
      const run = await runs.next(change);
      await mustRun('segment-ingest load "$RUN_FOLDER" --store "$STORE"', { RUN_FOLDER: run.folder });
      return run;
    },
    job(run, flags, expected) {
      const FIGURES = join(facts.jobFigures, 'ingest.prom');
      const command = `segment-ingest load "$RUN_FOLDER" --metrics-file "$FIGURES" ${flags}`;
      return mustRun(command, { RUN_FOLDER: run.folder, FIGURES }, expected);
    },
    askStrangers: (count) => askStrangers(facts, count),
    async [Symbol.asyncDispose]() {
      await figures[Symbol.asyncDispose]();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

const AT_ONCE = 32;
const ASK_MS = 5_000;

async function askStrangers({ parts, keys }: Facts, count: number): Promise<void> {
  const headers = { authorization: `Bearer ${keys.feed}` };
  const servers = ['server-1', 'server-2'].map((server) => parts[server]?.url);
  const stranger = () => `nobody-${Math.random().toString(36).slice(2)}`;
  let left = count;
  const asking = async () => {
    while (left > 0) {
      left -= 1;
      const url = `${servers[left % servers.length]}/v1/customers/${stranger()}/segments`;
      await fetch(url, { headers, signal: AbortSignal.timeout(ASK_MS) })
        .then((response) => response.arrayBuffer())
        .catch(() => 'seen at the server, or not at all');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, asking));
}
