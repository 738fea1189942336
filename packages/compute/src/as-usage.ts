/** A format of ours in what was given. */
import { usage } from '@segment-store/cli/exit-code';
import { FormatError } from '@segment-store/contract/id';

/** @throws CommandError `usage` for a FormatError of `parse` */
export function asUsage<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof FormatError) throw usage(`${what}: ${error.message}`, error);
    throw error;
  }
}
