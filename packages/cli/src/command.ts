/** How a command of ours behaves: flags, help, config, signals, rendering, exit code. */
import { Command, CommanderError } from 'commander';
import { resolveOptions } from './config.ts';
import type { Say } from './event.ts';
import { CommandError, type ExitCode, exitCode } from './exit-code.ts';
import { type Option, type OptionTable, toFlag, type Values } from './option.ts';
import { lines } from './render/lines.ts';
import { terminal } from './render/terminal.ts';
import { processSignals, stopSignal } from './signals.ts';

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
  readonly name: string;
  readonly summary: string;
  /** Positional arguments, in order: `<run>` required, `[run]` optional. */
  readonly arguments: readonly string[];
  readonly options: Table;
  readonly examples: readonly string[];
  run(input: Input<Table>, context: Context): Promise<void>;
}

/** What came off the command line, not yet resolved. */
interface Given {
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environmentPrefix: string;
}

/** A command whose option types are checked and closed over. */
export interface AnyCommand {
  readonly spec: Omit<CommandSpec<OptionTable>, 'run'>;
  run(given: Given, context: Context): Promise<void>;
}

export function command<Table extends OptionTable>(spec: CommandSpec<Table>): AnyCommand {
  return {
    spec,
    run({ args, flags, environmentPrefix }, context) {
      const file = typeof flags.config === 'string' ? flags.config : undefined;
      const options = resolveOptions(spec.options, { file, environment: process.env, environmentPrefix, flags });
      return spec.run({ args, options }, context);
    },
  };
}

export interface Cli {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  /** Environment variables are `<prefix>_<OPTION>`. */
  readonly environmentPrefix: string;
  /** Several, or one whose name is empty: then the program itself is the command. */
  readonly commands: readonly AnyCommand[];
}

/** Parses, runs, renders and ends the process. Every command also takes --config, --json and --help. */
export async function main(cli: Cli): Promise<void> {
  const program = new Command(cli.name).description(cli.summary).version(cli.version).exitOverride();
  for (const one of cli.commands) {
    const target = one.spec.name === '' ? program : program.command(one.spec.name).exitOverride();
    declare(target, one.spec).action(async () => finish(await run(cli, one, target)));
  }
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    finish(error.exitCode === 0 ? exitCode.done : exitCode.usage);
  }
}

function declare(target: Command, spec: AnyCommand['spec']): Command {
  target.description(spec.summary).configureOutput({ writeErr: (text) => process.stderr.write(text) });
  for (const argument of spec.arguments) target.argument(argument);
  for (const [name, option] of Object.entries(spec.options)) {
    const flags = [toFlag(name), option.placeholder].filter(Boolean).join(' ');
    if (option.repeatable === true) target.option(flags, described(option), joined);
    else target.option(flags, described(option));
  }
  target.option('--config <file>', 'JSON file of options; flags and environment win over it');
  target.option('--json', 'events and result as JSON lines on stdout');
  return target.addHelpText('after', ['', 'Examples:', ...spec.examples.map((line) => `  ${line}`)].join('\n'));
}

function described({ description, fallback, fallbackText, placeholder, required }: Option<unknown>): string {
  if (required) return `${description} (required)`;
  return fallback === undefined || placeholder === undefined
    ? description
    : `${description} (default ${fallbackText ?? fallback})`;
}

const joined = (text: string, before: string | undefined): string =>
  before === undefined ? text : `${before},${text}`;

async function run(cli: Cli, one: AnyCommand, target: Command): Promise<ExitCode> {
  const flags = target.opts();
  const name = [cli.name, one.spec.name].filter(Boolean).join(' ');
  const say = flags.json === true ? lines(name, process) : terminal(process, () => performance.now());
  const signal = stopSignal(processSignals);
  try {
    await one.run({ args: target.args, flags, environmentPrefix: cli.environmentPrefix }, { say, signal });
    return exitCode.done;
  } catch (error) {
    const { text, code } = explain(error, signal);
    say({ kind: 'error', text, exitCode: code });
    return code;
  }
}

function explain(error: unknown, signal: AbortSignal): { readonly text: string; readonly code: ExitCode } {
  if (error instanceof CommandError) return { text: error.message, code: error.exitCode };
  if (signal.aborted) {
    return {
      text: `stopped by ${signal.reason.message}; run the same command again to go on`,
      code: exitCode.unavailable,
    };
  }
  return { text: error instanceof Error ? (error.stack ?? error.message) : String(error), code: exitCode.failed };
}

/** Whatever is still open (keep-alive sockets, timers) must not keep a finished command alive. */
function finish(code: ExitCode): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}
