/** kubectl as pages write it: what it is told to do, and in which overlays that is to work. */
import { readFile } from 'node:fs/promises';
import { readDocument, readReadme, readRunBooks } from './run-books.ts';

export const OVERLAYS = ['production', 'pilot'] as const;
export type Overlay = (typeof OVERLAYS)[number];

export interface Kubectl {
  readonly line: string;
  /** `get`, `rollout undo`, `create secret generic`. */
  readonly verb: string;
  readonly words: readonly string[];
  /** By their long names; those that stand alone have ''. */
  readonly flags: ReadonlyMap<string, string>;
  /** What stands behind `--`. */
  readonly program: readonly string[];
  /** Those that a comment at its end names, or all. */
  readonly overlays: readonly Overlay[];
  /** Of the page, up to the command and from there on. */
  readonly before: string;
  readonly after: string;
}

interface Page {
  readonly name: string;
  readonly text: string;
}

/** Every page that tells people to type kubectl. */
export async function readPages(): Promise<readonly Page[]> {
  const deploy = ['README.md', 'kubernetes/README.md'].map(async (name) => ({
    name: `deploy/${name}`,
    text: await readFile(new URL(`../../deploy/${name}`, import.meta.url), 'utf8'),
  }));
  const readme = { name: 'runbooks/README', text: await readReadme() };
  return [...(await readRunBooks()), readme, await readDocument('launch-plan'), ...(await Promise.all(deploy))];
}

/** Of fences for a shell and of what stands between backquotes, in their order. */
export function kubectlsIn(text: string): readonly Kubectl[] {
  return [...text.matchAll(/^```sh[^\n]*\n([\s\S]*?)\n```$|`(kubectl [^`\n]+)`/gm)].flatMap((match) => {
    const lines = (match[1] ?? match[2] ?? '').replaceAll(/\\\n\s*/g, '').split('\n');
    const around = { before: text.slice(0, match.index), after: text.slice(match.index + match[0].length) };
    return lines.flatMap((line, index) =>
      commandsOf(line).map((command) => toKubectl(command, line, withLines(around, lines, index))),
    );
  });
}

type Around = Pick<Kubectl, 'before' | 'after'>;

const withLines = ({ before, after }: Around, lines: readonly string[], index: number): Around => ({
  before: [before, ...lines.slice(0, index)].join('\n'),
  after: [...lines.slice(index + 1), after].join('\n'),
});

const WORD = /(?:"[^"]*"|'[^']*'|\$\([^)]*\)|[^\s"'|&;>#])+|[|&;>]|#.*/g;

/** What a shell would start of a line, as words. */
function commandsOf(line: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const [word] of line.matchAll(WORD)) {
    if (word.startsWith('#')) break;
    if (/^[|&;>]$/.test(word)) commands.push([]);
    else commands.at(-1)?.push(unquoted(word));
  }
  return commands.filter(([program]) => program === 'kubectl');
}

const unquoted = (word: string): string =>
  word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single);

const LONG: Readonly<Record<string, string>> = {
  A: 'all-namespaces',
  c: 'container',
  f: 'filename',
  i: 'stdin',
  l: 'selector',
  n: 'namespace',
  o: 'output',
  p: 'patch',
  t: 'tty',
};
const ALONE = ['all-namespaces', 'stdin', 'tty', 'previous', 'follow'];
/** What the first words are when they are not one. */
const VERB = /^(?:rollout|set|create secret|create) \S+/;

function toKubectl([, ...rest]: readonly string[], line: string, around: Around): Kubectl {
  const end = rest.indexOf('--');
  const flags = new Map<string, string>();
  const words: string[] = [];
  const own = (end === -1 ? rest : rest.slice(0, end))[Symbol.iterator]();
  for (const word of own) {
    const [, long, value, short = ''] = /^(?:--([a-z-]+)(?:=(.*))?|-([A-Za-z]+))$/s.exec(word) ?? [];
    const names = long === undefined ? [...short].map((letter) => LONG[letter] ?? letter) : [long];
    if (long === undefined && short === '') words.push(word);
    for (const name of names) flags.set(name, value ?? (ALONE.includes(name) ? '' : `${own.next().value ?? ''}`));
  }
  const [verb = ''] = VERB.exec(words.join(' ')) ?? words;
  const program = end === -1 ? [] : rest.slice(end + 1);
  const named = OVERLAYS.filter((overlay) => new RegExp(`# ${overlay}\\b`).test(line));
  return {
    ...around,
    line,
    verb,
    words: words.slice(verb.split(' ').length),
    flags,
    program,
    overlays: named.length === 0 ? OVERLAYS : named,
  };
}
