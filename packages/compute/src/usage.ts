/** What was given and cannot be used. */
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { FormatError } from '@segment-store/contract/id';

export function usage(message: string, cause?: unknown): CommandError {
  return new CommandError(exitCode.usage, message, { cause });
}

/** @throws CommandError `usage` for a FormatError of `parse` */
export function asUsage<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof FormatError) throw usage(`${what}: ${error.message}`, error);
    throw error;
  }
}
