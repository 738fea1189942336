/** Commands, called as `main` calls them, and a folder of the test's own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyCommand } from '@segment-store/cli/command';
import type { CommandEvent } from '@segment-store/cli/event';
import { CommandError } from '@segment-store/cli/exit-code';

export interface Called {
  readonly exitCode: number;
  /** Of the result. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What ended it, if it did not end well. */
  readonly message: string;
}

export type Flags = Readonly<Record<string, string>>;

interface Call {
  readonly args?: readonly string[];
  /** By option name. */
  readonly flags: Flags;
  readonly signal?: AbortSignal;
  onEvent?(event: CommandEvent): void;
}

export async function call(command: AnyCommand, { args = [], flags, onEvent, ...rest }: Call): Promise<Called> {
  const events: CommandEvent[] = [];
  const say = (event: CommandEvent) => {
    events.push(event);
    onEvent?.(event);
  };
  const { signal = new AbortController().signal } = rest;
  const run = async () => command.run({ args, flags, environmentPrefix: 'TEST_ROLLOUT' }, { say, signal });
  const ended = await run().then(
    () => ({ exitCode: 0, message: '' }),
    (error) => {
      if (error instanceof CommandError) return { exitCode: error.exitCode, message: error.message };
      throw error;
    },
  );
  const result = events.findLast((event) => event.kind === 'result');
  return { ...ended, data: result?.data ?? {} };
}

export async function scratch(): Promise<{ readonly path: (name: string) => string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'segment-rollout-'));
  return { path: (name) => join(folder, name), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
