/** `--state-dir` → the directory, or none. */
import { join } from 'node:path';
import type { Say } from '@segment-store/cli/event';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import type { Config } from '../config.ts';
import { withoutPassword } from '../without-password.ts';
import { noStateDir, openStateDir, type StateDir } from './state-dir.ts';

/** Each worker has a directory of its own in it. @throws CommandError exit 2 for one of another server, or of no use */
export async function openState(config: Config, worker: number | undefined, say: Say): Promise<StateDir> {
  const { stateDir, store } = config;
  if (stateDir === undefined) return noStateDir;
  const path = worker === undefined ? stateDir : join(stateDir, `worker-${worker}`);
  const ignored = (error: unknown) => say({ kind: 'warning', text: `--state-dir: ignored, ${described(error)}` });
  try {
    return await openStateDir(path, { store: `${store.prefix} in ${withoutPassword(store.url)}`, onTrouble: ignored });
  } catch (error) {
    throw new CommandError(exitCode.usage, `--state-dir: ${described(error)}`, { cause: error });
  }
}

const described = (error: unknown): string => (error instanceof Error ? error.message : String(error));
