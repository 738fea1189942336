/** A program of ours: parses, runs, renders and ends the process. */
import { nearest } from '@segment-store/contract/nearest';
import { Command, CommanderError, Help } from 'commander';
import type { AnyCommand, Cli, ListedCommand } from './command.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { type Option, toFlag } from './option.ts';
import { sharedOptions } from './shared-options.ts';

/** Every command also takes --config, --print-config, --json, --no-color and --help. */
export async function main(cli: Cli): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', outliveReader);
  const program = new Command(cli.name).description(cli.summary).version(cli.version).exitOverride();
  guided(program, cli.name, cli.examples);
  program.enablePositionalOptions(); // what stands after a command is the command's, if the program is one, too
  const listed = cli.commands.map(asListed);
  for (const one of listed) {
    if (one.name === '') declare(cli, program, await one.load());
    else announce(cli, program, one);
  }
  if (listed.length > 1) {
    refuseUnknown(program);
    declareCompletion(cli, program, listed);
    // Commander's own `help load` would show a command whose file is not imported yet.
    const help = program.helpCommand(false).command('help').argument('[command...]').description('help of a command');
    help.action(async (words: readonly string[]) => {
      await program.parseAsync([...words, '--help'], USER);
    });
  }
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return finish(exitCode.done);
    if (process.argv.includes('--json')) await tellProgram(cli.name, error);
    finish(exitCode.usage);
  }
}

/** A program that is a command, too, would take the name of a command it does not have for an argument too many. */
function refuseUnknown(program: Command): void {
  program.allowExcessArguments().hook('preAction', (_, called) => {
    const name = program.args[program.registeredArguments.length];
    if (called !== program || name === undefined) return;
    const near = nearest(
      name,
      program.commands.map((command) => command.name()),
    );
    program.error(`error: unknown command '${name}'${near === undefined ? '' : `\n(Did you mean ${near}?)`}`);
  });
}

/** `keys create` is the command `create` of a group `keys`. Its file is imported when it is called. */
function announce(cli: Cli, program: Command, one: ListedCommand): void {
  const words = one.name.split(' ');
  const parent = words.slice(0, -1).reduce(groupOf, program);
  const target = parent
    .command(words.at(-1) ?? '')
    .description(one.summary)
    .exitOverride();
  if (parent !== program) parent.description(parent.commands.map((command) => command.name()).join(', '));
  parent.hook('preSubcommand', async (_, called) => {
    if (called === target) declare(cli, target, await one.load());
  });
}

function groupOf(parent: Command, name: string): Command {
  const known = parent.commands.find((command) => command.name() === name);
  if (known !== undefined) return known;
  const group = parent.command(name).helpCommand(false).exitOverride();
  guided(group, `${parent.name()} ${name}`); // or it would show the examples of the program
  return group;
}

/** What is wrong with flags and arguments, for whoever reads lines; people have it on stderr. */
async function tellProgram(program: string, { message: text }: Error): Promise<void> {
  const { lines } = await import('./render/lines.ts');
  lines(program, process).say({ kind: 'error', text: text.replace(/^error: /, ''), exitCode: exitCode.usage });
}

function asListed(one: AnyCommand | ListedCommand): ListedCommand {
  return 'load' in one ? one : { name: one.spec.name, summary: one.spec.summary, load: async () => one };
}

/** Whoever read has gone (`| head`): that must not change what a command does. */
function outliveReader(error: Error): void {
  if (!('code' in error) || error.code !== 'EPIPE') throw error;
}

const USER = { from: 'user' } as const;

const SWITCHES = [
  ['--config <file>', 'JSON file of options; flags and environment win over it'],
  ['--print-config', 'shows what each option is set to and by what, and ends'],
  ['--json', 'events and result as JSON lines on stdout'],
  ['--no-color', 'plain text on a terminal, too; NO_COLOR does the same'],
] as const;

function declare(cli: Cli, target: Command, one: AnyCommand): void {
  const { spec } = one;
  target.description(spec.summary).configureOutput({ writeErr: (text) => process.stderr.write(text) });
  for (const argument of spec.arguments) target.argument(argument);
  for (const [name, option] of Object.entries({ ...spec.options, ...sharedOptions(cli) })) {
    const flags = [toFlag(name), option.placeholder].filter(Boolean).join(' ');
    if (option.repeatable === true) target.option(flags, described(option), joined);
    else target.option(flags, described(option));
  }
  for (const [flags, description] of SWITCHES) target.option(flags, description);
  guided(target, [cli.name, one.spec.name].filter(Boolean).join(' '), spec.examples);
  target.action(async () => {
    const { runCommand } = await import('./run.ts'); // help does without renderers
    finish(await runCommand(cli, one, { args: target.args, flags: target.opts() }));
  });
}

/** Help shows examples before the flags they use; a wrong call is told where help is. */
function guided(target: Command, name: string, examples: readonly string[] = []): void {
  const shown = ['Examples:', ...examples.map((line) => `  ${line}`), '', 'Options:'].join('\n');
  target.showHelpAfterError(`(see ${name} --help)`);
  target.configureHelp({
    formatHelp(command, help) {
      const text = Help.prototype.formatHelp.call(this, command, help);
      return examples.length === 0 ? text : text.replace('Options:', () => shown);
    },
  });
}

/** Whatever is still open (keep-alive sockets, timers) must not keep a finished command alive. */
function finish(code: ExitCode): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}

function described({ description, fallback, fallbackText, placeholder, required }: Option<unknown>): string {
  if (required) return `${description} (required)`;
  return fallback === undefined || placeholder === undefined
    ? description
    : `${description} (default ${fallbackText ?? fallback})`;
}

const joined = (text: string, before: string | undefined): string =>
  before === undefined ? text : `${before},${text}`;

function declareCompletion(cli: Cli, program: Command, listed: readonly ListedCommand[]): void {
  const target = program.command('completion').argument('<shell>', 'bash, zsh or fish').exitOverride();
  target.description('Prints a completion script: source it, or put it where your shell looks for such.');
  target.action(async (text: string) => {
    const { completionScript, shells } = await import('./completion.ts');
    const shell = shells.find((known) => known === text);
    if (shell === undefined) target.error(`error: no completion for "${text}": ${shells.join(', ')}`);
    else
      process.stdout.write(
        completionScript(shell, cli.name, await Promise.all(listed.map((one) => completable(cli, one)))),
      );
  });
}

async function completable(cli: Cli, { name, summary, load }: ListedCommand) {
  const table = { ...(await load()).spec.options, ...sharedOptions(cli) };
  const own = Object.entries(table).map(([key, { description }]) => ({ flag: toFlag(key), description }));
  const shared = SWITCHES.map(([flags, description]) => ({ flag: flags.split(' ')[0] ?? '', description }));
  return { name, summary, flags: [...own, ...shared] };
}
