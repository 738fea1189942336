/** Failures of stores, folders and gates → exit codes of the command. */
import { CommandError, type ExitCode, exitCode } from '@segment-store/cli/exit-code';
import { FormatError } from '@segment-store/contract/id';
import { isFailure } from '@segment-store/resilience/failure';

/** Failure code → exit code. */
export type Exits = Readonly<Record<string, ExitCode>>;

const exits: Exits = {
  HELD: exitCode.held,
  FENCED: exitCode.held,
  OLDER: exitCode.held,
  ON_HOLD: exitCode.refused,
  REFUSED: exitCode.refused,
  CONFLICT: exitCode.refused,
  MISCOUNT: exitCode.refused,
  UNSUPPORTED: exitCode.usage,
  DENIED: exitCode.usage,
  UNAVAILABLE: exitCode.unavailable,
  TIMEOUT: exitCode.unavailable,
  NOT_FOUND: exitCode.unavailable, // of a store: somebody removed what is being loaded
  INCOMPLETE: exitCode.input,
  CHANGED: exitCode.input,
  CORRUPT: exitCode.input,
  UNREADABLE: exitCode.input,
};

const ways: Readonly<Record<string, string>> = {
  NOT_FOUND: 'run the same command again',
  ON_HOLD: 'the run stays loaded, then publish it with `segment-ingest publish <run-folder>`',
  UNAVAILABLE: 'check the address, or run the same command again once it answers',
  MISCOUNT: '`load --rebuild` does both; nothing was published, the generation before is still live',
};

/** Runs `work`; a failure this package knows ends the command with its exit code. Anything else is a defect: as it is. */
export async function withExitCode<T>(signal: AbortSignal, work: () => Promise<T>, differing: Exits = {}): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted || !isFailure(error)) throw error;
    const code = differing[error.code] ?? exits[error.code];
    if (code === undefined) throw error;
    const way = error.code in differing ? undefined : ways[error.code];
    throw new CommandError(code, way === undefined ? error.message : `${error.message}: ${way}`, { cause: error });
  }
}

/** Runs `parse`, which throws a TypeError, RangeError or FormatError for an argument that is none of its forms. */
export function orUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError || error instanceof FormatError)
      throw new CommandError(exitCode.usage, error.message, { cause: error });
    throw error;
  }
}
