/** What a command of ours is, and what a program of commands. */
import { resolveOptions, type Sources } from './config.ts';
import type { Say } from './event.ts';
import type { OptionTable, Values } from './option.ts';

export interface Context {
  readonly say: Say;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

export interface Input<Table extends OptionTable> {
  readonly args: readonly string[];
  readonly options: Values<Table>;
}

export interface CommandSpec<Table extends OptionTable> {
  /** `keys create` is `create` of a group of commands; empty for a program that is itself a command. */
  readonly name: string;
  readonly summary: string;
  /** Positional arguments, in order: `<run>` required, `[run]` optional. */
  readonly arguments: readonly string[];
  readonly options: Table;
  readonly examples: readonly string[];
  /** How long it may go on after the first signal; default 20 s. */
  readonly drainMs?: number;
  run(input: Input<Table>, context: Context): Promise<void>;
}

/** What came off the command line, not yet resolved. */
export interface Given extends Pick<Sources, 'environmentPrefix' | 'flags' | 'otherKeys'> {
  readonly args: readonly string[];
}

/** A command whose option types are checked and closed over. */
export interface AnyCommand {
  readonly spec: Omit<CommandSpec<OptionTable>, 'run'>;
  /** @throws CommandError `usage` for options with which `run` would not begin */
  check(given: Given): void;
  run(given: Given, context: Context): Promise<void>;
}

export function command<Table extends OptionTable>(spec: CommandSpec<Table>): AnyCommand {
  const resolve = ({ args: _, ...given }: Given) => {
    const file = typeof given.flags.config === 'string' ? given.flags.config : undefined;
    return resolveOptions(spec.options, { ...given, file, environment: process.env });
  };
  return {
    spec,
    check: (given) => void resolve(given),
    run: (given, context) => spec.run({ args: given.args, options: resolve(given) }, context),
  };
}

/** A command whose file is imported when it is called: its libraries do not slow the start of the others. */
export interface ListedCommand {
  readonly name: string;
  /** For the list of commands; its own help has the whole summary. */
  readonly summary: string;
  load(): Promise<AnyCommand>;
}

export interface Cli {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  /** What its help begins with, where it has several commands. */
  readonly examples?: readonly string[];
  /** Environment variables are `<prefix>_<OPTION>`. */
  readonly environmentPrefix: string;
  /** Before every metric name: `segment_ingest`. With it, commands take --metrics-file and --otlp-endpoint. */
  readonly metricsPrefix?: string;
  /** One whose name is empty is the program itself. */
  readonly commands: readonly (AnyCommand | ListedCommand)[];
}
