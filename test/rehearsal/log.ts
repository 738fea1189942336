/** What a rehearsal did, with times, as it stands in docs/. */

interface Note {
  /** Of the plan. */
  readonly section: string;
  readonly who: string;
  /** As it is typed, or in words; of several lines, perhaps. */
  readonly what: string;
  /** Of several lines, perhaps: the first and the last ones are kept. */
  readonly found?: string;
}

export interface Log {
  note(note: Note): void;
  /** One page: `introduction`, then each section in the order in which it began. */
  markdown(introduction: readonly string[]): string;
}

interface Entry extends Required<Note> {
  readonly atMs: number;
}

/** `now` in milliseconds; `tell` hears each line as it is noted; `shown` says what is private in words that are not. */
export function createLog(now: () => number, tell: (line: string) => void, shown: (text: string) => string): Log {
  const startedAt = now();
  const entries: Entry[] = [];
  return {
    note({ section, who, what, found = '' }) {
      const entry = { atMs: now() - startedAt, section, who, what: shown(what), found: shortened(shown(found)) };
      entries.push(entry);
      tell(linesOf(entry));
    },
    markdown(introduction) {
      const bySection = Map.groupBy(entries, ({ section }) => section);
      const sections = [...bySection].map(([section, own]) =>
        [`## ${section}`, '', '```text', ...own.map(linesOf), '```'].join('\n'),
      );
      return `${[introduction.join('\n'), ...sections].join('\n\n')}\n`;
    },
  };
}

const TIME_WIDTH = 6;
const WHO_WIDTH = 22;
const INDENT = ' '.repeat(TIME_WIDTH + 2 + WHO_WIDTH);

function linesOf({ atMs, who, what, found }: Entry): string {
  const [first = '', ...others] = what.split('\n');
  const head = `${clock(atMs).padStart(TIME_WIDTH)}  ${who.padEnd(WHO_WIDTH)}${first}`;
  const more = found === '' ? [] : found.split('\n').map((line) => `  ${line}`);
  return [head, ...[...others, ...more].map((line) => `${INDENT}${line}`)].join('\n').replaceAll(/[ \t]+$/gm, '');
}

/** `3:07`. */
function clock(ms: number): string {
  const seconds = Math.trunc(ms / 1_000);
  return `${Math.trunc(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

const MOST_LINES = 12;
const LONGEST = 240;

/** The middle is left out, and said to be. */
function shortened(text: string): string {
  const lines = text.trim().split('\n').map(narrowed);
  if (lines.length <= MOST_LINES) return lines.join('\n');
  return [...lines.slice(0, MOST_LINES / 2), '…', ...lines.slice(-MOST_LINES / 2)].join('\n');
}

const narrowed = (line: string): string => (line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line);
