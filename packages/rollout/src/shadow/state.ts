/** `--state`: a file that holds what was found so far; the next run goes on from there. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { CommandError, exitCode, usage } from '@segment-store/cli/exit-code';
import { emptyTally, parseTally, type Tally } from './tally.ts';

export interface State {
  /** Begins to write, after what is being written; where that fails, the next one may do. */
  keep(tally: Tally): void;
  /** Once all is written, or, exit 2, why the last one could not be. */
  kept(): Promise<CommandError | undefined>;
}

export const noState: State = { keep: () => {}, kept: async () => undefined };

/** Written whole or not at all, one after the other. `onTrouble` hears, once, that it cannot be written. */
export function createState(file: string, onTrouble: (text: string) => void): State {
  let writing = Promise.resolve();
  let trouble: CommandError | undefined;

  async function write(tally: Tally): Promise<void> {
    await writeFile(`${file}.new`, `${JSON.stringify(tally)}\n`);
    await rename(`${file}.new`, file);
  }

  function troubled(cause: unknown): CommandError {
    const text = `--state ${file} cannot be written: ${messageOf(cause)}`;
    if (trouble === undefined) onTrouble(`${text}; it is tried again`);
    return usage(text, cause);
  }

  return {
    keep(tally) {
      writing = writing.then(async () => {
        trouble = await write(tally).then(() => undefined, troubled);
      });
    },
    async kept() {
      await writing;
      return trouble;
    },
  };
}

/** Nothing found yet where there is no file. @throws CommandError exit 2, 7 */
export async function tallyIn(file: string): Promise<Tally> {
  const text = await readFile(file, 'utf8').catch(ifMissing);
  if (text === undefined) return emptyTally;
  try {
    return parseTally(text);
  } catch (error) {
    const why = `is no state of ours (${messageOf(error)}): remove it to begin anew`;
    throw new CommandError(exitCode.input, `--state ${file} ${why}`, { cause: error });
  }
}

function ifMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw usage(`--state: ${messageOf(error)}`, error);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
