/** A command of ours as a child process, and what it says: for scripts and tests that run the real thing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { CommandEvent } from './event.ts';

export interface Finished {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly events: readonly CommandEvent[];
  readonly stderr: string;
}

export interface Child {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
  /** The first event, said already or to come, that `wanted` accepts; rejects when the command ends without it. */
  until(wanted: (event: CommandEvent) => boolean): Promise<CommandEvent>;
}

export interface ChildOptions {
  readonly environment?: Readonly<Record<string, string>>;
  onEvent?(event: CommandEvent): void;
}

/** Whoever starts the child hears it and shows it; on GitHub the child itself would do so once more. */
const HEARD_HERE = { GITHUB_ACTIONS: undefined, GITHUB_STEP_SUMMARY: undefined };

/** Runs the command whose file is `main` on this process's Node, with `--json`. */
export function startCommand(main: string, args: readonly string[], options: ChildOptions = {}): Child {
  const env = { ...process.env, ...HEARD_HERE, ...options.environment };
  const child = spawn(process.execPath, [main, ...args, '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const events: CommandEvent[] = [];
  const watchers = new Set<(event: CommandEvent) => void>();
  const hear = (line: string) => {
    const event = JSON.parse(line);
    if ('v' in event) return;
    events.push(event);
    options.onEvent?.(event);
    for (const watch of watchers) watch(event);
  };
  createInterface({ input: child.stdout }).on('line', hear);
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const finished = Promise.all([closed, text(child.stderr)]).then(([code, stderr]) => ({
    exitCode: code,
    events,
    stderr,
  }));
  return { process: child, finished, until: (wanted) => until(wanted, { events, watchers, finished }) };
}

interface Heard {
  readonly events: readonly CommandEvent[];
  readonly watchers: Set<(event: CommandEvent) => void>;
  readonly finished: Promise<Finished>;
}

function until(wanted: (event: CommandEvent) => boolean, { events, watchers, finished }: Heard): Promise<CommandEvent> {
  const said = events.find(wanted);
  if (said !== undefined) return Promise.resolve(said);
  return new Promise((resolve, reject) => {
    const watch = (event: CommandEvent) => {
      if (!wanted(event)) return;
      watchers.delete(watch);
      resolve(event);
    };
    watchers.add(watch);
    void finished.then(({ exitCode, events: all, stderr }) =>
      reject(new Error(`the command ended with ${exitCode} before that: ${JSON.stringify(all.at(-1))} ${stderr}`)),
    );
  });
}
