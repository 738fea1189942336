/** What a rehearsal did, with times, as it stands in docs/. */

export interface Log {
  /** `found` may be of several lines: the last ones that fit are kept. */
  note(section: string, what: string, found: string): void;
  markdown(introduction: readonly string[]): string;
}

interface Entry {
  readonly atMs: number;
  readonly section: string;
  readonly what: string;
  readonly found: string;
}

const LONGEST = 200;

/** `now` in milliseconds; `tell` hears each line as it is noted. */
export function createLog(now: () => number, tell: (line: string) => void): Log {
  const startedAt = now();
  const entries: Entry[] = [];
  return {
    note(section, what, found) {
      const entry = { atMs: now() - startedAt, section, what: oneLine(what), found: shortened(oneLine(found)) };
      entries.push(entry);
      tell(`${clock(entry.atMs)}  ${entry.what}: ${entry.found}`);
    },
    markdown(introduction) {
      const sections = [...new Set(entries.map(({ section }) => section))];
      const tables = sections.map((section) => {
        const rows = entries.filter((entry) => entry.section === section);
        return [`## ${section}`, '', '| at | what | found |', '| --- | --- | --- |', ...rows.map(row)].join('\n');
      });
      return `${[introduction.join('\n'), ...tables].join('\n\n')}\n`;
    },
  };
}

const row = ({ atMs, what, found }: Entry): string => `| ${clock(atMs)} | ${cell(what)} | ${cell(found)} |`;
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** `3:07`. */
function clock(ms: number): string {
  const seconds = Math.trunc(ms / 1_000);
  return `${Math.trunc(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');
const shortened = (text: string): string => (text.length > LONGEST ? `…${text.slice(-LONGEST)}` : text);
