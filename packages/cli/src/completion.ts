/** `completion bash|zsh|fish`: a script for the shell to read. It knows commands and flags, not their values. */

export interface Completable {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly { readonly flag: string; readonly description: string }[];
}

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export function completionScript(shell: Shell, program: string, commands: readonly Completable[]): string {
  if (shell === 'fish') return fish(program, commands);
  const bashThere = shell === 'zsh' ? 'autoload -Uz bashcompinit && bashcompinit\n' : '';
  return bashThere + bash(program, commands);
}

function bash(program: string, commands: readonly Completable[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  const cases = commands.map(
    ({ name: command, flags }) => `    ${command}) words="${flags.map(({ flag }) => flag).join(' ')}" ;;`,
  );
  return `${name}() {
  local words="${commands.map((command) => command.name).join(' ')}"
  [ "$COMP_CWORD" -gt 1 ] && case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F ${name} ${program}
`;
}

function fish(program: string, commands: readonly Completable[]): string {
  const lines = commands.flatMap(({ name, summary, flags }) => [
    `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
    ...flags.map(
      ({ flag, description }) =>
        `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)} -d ${quoted(description)}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
