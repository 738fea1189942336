import type { Say } from './event.ts';
import type { OptionTable, Values } from './option.ts';

export interface Context {
  readonly say: Say;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

export interface CommandSpec<Table extends OptionTable = OptionTable> {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments, in order: `<run>` required, `[run]` optional. */
  readonly arguments: readonly string[];
  readonly options: Table;
  readonly examples: readonly string[];
  run(input: { readonly args: readonly string[]; readonly options: Values<Table> }, context: Context): Promise<void>;
}

export declare function command<Table extends OptionTable>(spec: CommandSpec<Table>): CommandSpec;

export interface Cli {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  /** Environment variables start with it: `SEGMENT_INGEST_`. */
  readonly envPrefix: string;
  /** One unnamed command (`name: ''`) or several named ones. */
  readonly commands: readonly CommandSpec[];
}

/** Parses, runs, renders, ends the process with an exit code of the table. Every command also takes --config, --json, --help. */
export declare function main(cli: Cli): Promise<void>;
