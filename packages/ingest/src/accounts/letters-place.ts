/** Where the dead letters of a run are: beside the run folder, never in it. */
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import type { RunId } from '@segment-store/contract/id';
import type { Folder, FolderOptions } from '@segment-store/folder/folder';
import { openFolder } from '@segment-store/folder/open';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { orUsage } from '../exit.ts';
import type { DeadLetters } from './dead-letters.ts';

export interface LettersPlace {
  /** The flag. */
  readonly url: string | undefined;
  readonly runFolder: Pick<Folder, 'url'>;
  readonly run: RunId;
}

/** `<url>/<run>`, by default `<root>/_dead-letters/<run>`. @throws CommandError usage */
export function openLettersFolder({ url, runFolder, run }: LettersPlace, options: FolderOptions): Folder {
  const base = url ?? `${rootOf(runFolder.url)}/_dead-letters`;
  return orUsage(() => openFolder(`${base.replace(/\/$/, '')}/${run}`, options));
}

/** Before anything is loaded. @throws CommandError usage, or unavailable */
export async function checkWritable(letters: DeadLetters, call: Call): Promise<void> {
  try {
    await letters.probe(call);
  } catch (error) {
    if (!isFailure(error)) throw error;
    const code = error.code === 'UNAVAILABLE' ? exitCode.unavailable : exitCode.usage;
    const why = `dead letters cannot be written to ${letters.url}: ${error.message}`;
    throw new CommandError(code, `${why}; name another place with --dead-letters`, { cause: error });
  }
}

function rootOf(runFolder: string): string {
  const [, root] = /^(.*[^/:])\/[^/]+\/?$/.exec(runFolder) ?? [];
  if (root !== undefined) return root;
  const why = `${runFolder} has nothing above it to keep dead letters in`;
  throw new CommandError(exitCode.usage, `${why}: name a place with --dead-letters`);
}
