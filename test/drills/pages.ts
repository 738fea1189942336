/** What drills write into docs/runbooks: when each page was last walked through, and how. Nobody else writes there. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Drill, Drilled, Walk } from './drill.ts';

const FOLDER = fileURLToPath(new URL('../../docs/runbooks/', import.meta.url));
const WIDTH = 120;

/** `on`: the day. */
export async function writeLastDrill(drill: Drill, drilled: Drilled, on: Date): Promise<void> {
  const { alert, seenSeconds, overSeconds } = drilled;
  const walk = drill.walks[alert];
  if (walk === undefined) throw new Error(`${alert} is not of this drill`);
  const text = [
    `${on.toISOString().slice(0, 10)}, on \`npm run stack\`: ${drill.how}.`,
    `${SEEN[seenAs(walk)].sentence} after ${seenSeconds.toFixed(1)} s;`,
    `every query and every command of this page was run; over ${overSeconds.toFixed(1)} s after the first command.`,
  ].join(' ');
  await replaceFrom(`${alert}.md`, '## Last drill', wrapped(text));
}

export const writeTable = (drills: readonly Drill[]): Promise<void> =>
  replaceFrom('README.md', '## Drills', drillsText(drills));

/** The section `Drills` of the README, without its heading. */
export function drillsText(drills: readonly Drill[]): string {
  const rows = drills.flatMap((drill) =>
    Object.entries(drill.walks).map(
      ([alert, walk]) => `| [${alert}](${alert}.md) | ${drill.how} | ${SEEN[seenAs(walk)].cell} |`,
    ),
  );
  return [...INTRODUCTION, '', '| run-book | what is done | seen as |', '| --- | --- | --- |', ...rows].join('\n');
}

const INTRODUCTION = [
  '`npm run drills` starts a stack, brings about what each page is about, asks every query of the page, runs every command of its',
  'mitigation from the first to the last, and waits for the end of it. `--only SegmentServerDown` does one; `--write` puts day and',
  'seconds into the pages and this table here, which nobody edits by hand. `npm run test:long` does all of them, too.',
  'No alert has to be posted by hand: where the stack lacks what an alert watches, Prometheus is told figures of it, and the rule',
  'that is shipped decides. Rows with the same words are one drill.',
];

type Seen = 'alerted' | 'pending' | 'recorded';
const seenAs = ({ seen }: Walk): Seen => (typeof seen === 'object' ? 'recorded' : seen);

const SEEN: Readonly<Record<Seen, { readonly cell: string; readonly sentence: string }>> = {
  alerted: { cell: 'alert in Alertmanager', sentence: 'Alertmanager had the alert' },
  pending: { cell: 'its rule holds; `for` is longer than a drill', sentence: 'Its rule held' },
  recorded: { cell: 'recorded; its windows are longer than a drill', sentence: 'The recording rule behind it saw it' },
};

async function replaceFrom(name: string, heading: string, text: string): Promise<void> {
  const page = await readFile(FOLDER + name, 'utf8');
  const [before] = page.split(`\n${heading}\n`);
  await writeFile(FOLDER + name, `${before}\n${heading}\n\n${text}\n`);
}

function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = [lines.at(-1), word].filter(Boolean).join(' ');
    if (line.length > WIDTH) lines.push(word);
    else lines.splice(-1, 1, line);
  }
  return lines.join('\n');
}
