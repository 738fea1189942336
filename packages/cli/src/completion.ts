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
  const own = commands.find((command) => command.name === '');
  const named = commands.filter((command) => command !== own);
  const cases = [
    ...groups(named).map(([before, next]) => `    "${before}") words="${next.join(' ')}" ;;`),
    ...named.map((command) => `    "${command.name}"|"${command.name} "*) words="${flagsOf(command)}" ;;`),
    `    *) words="${own === undefined ? '' : flagsOf(own)}" ;;`,
  ];
  return `${name}() {
  local words
  case "\${COMP_WORDS[*]:1:$((COMP_CWORD - 1))}" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F ${name} ${program}
`;
}

const flagsOf = ({ flags }: Completable): string => flags.map(({ flag }) => flag).join(' ');

/** Words that stand before a command's last ones → what may come next: `` → keys, `keys` → create, revoke. */
function groups(commands: readonly Completable[]): readonly (readonly [string, readonly string[]])[] {
  const next = new Map<string, Set<string>>([['', new Set()]]);
  for (const { name } of commands) {
    const words = name.split(' ');
    for (const [index, word] of words.entries()) {
      const before = words.slice(0, index).join(' ');
      next.set(before, (next.get(before) ?? new Set()).add(word));
    }
  }
  return [...next].map(([before, words]) => [before, [...words]]);
}

function fish(program: string, commands: readonly Completable[]): string {
  const summaries = new Map(commands.map(({ name, summary }) => [name, summary]));
  const words = groups(commands.filter(({ name }) => name !== '')).flatMap(([before, next]) =>
    next.map((word) => {
      const summary = summaries.get([before, word].filter(Boolean).join(' ')) ?? word;
      return `complete -c ${program} -n '${seen(before)}' -f -a ${word} -d ${quoted(summary)}`;
    }),
  );
  const flags = commands.flatMap((command) =>
    command.flags.map(
      ({ flag, description }) =>
        `complete -c ${program} -n '${seen(command.name)}' -l ${flag.slice(2)} -d ${quoted(description)}`,
    ),
  );
  return `${[...words, ...flags].join('\n')}\n`;
}

/** Whether these words, the name of a command or of a group, have been typed. */
function seen(name: string): string {
  if (name === '') return '__fish_use_subcommand';
  return name
    .split(' ')
    .map((word) => `__fish_seen_subcommand_from ${word}`)
    .join('; and ');
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
