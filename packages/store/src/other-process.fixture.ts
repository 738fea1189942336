/** Another process that holds a build, to be killed. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RunId } from '@segment-store/contract/id';
import type { StoreOptions } from './options.ts';

export interface Held {
  readonly url: string;
  readonly options: StoreOptions;
  readonly run: RunId;
  /** Default: the first part. */
  readonly what?: 'part' | 'seal';
}

export interface OtherProcess {
  readonly pid: number;
  kill(): Promise<void>;
}

/** Settles when the other process has begun the first part of the run, or has sealed it. */
export async function holdInOtherProcess(held: Held): Promise<OtherProcess> {
  const program = fileURLToPath(new URL('./hold-build.fixture.ts', import.meta.url));
  const child = fork(program, [JSON.stringify(held)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
  const ended = once(child, 'exit');
  const [first] = await Promise.race([once(child, 'message'), ended]);
  if (first !== 'held') throw new Error(`the other process ended with ${first}`);
  return {
    pid: child.pid ?? 0,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
