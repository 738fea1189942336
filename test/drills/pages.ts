/** What drills write into docs/runbooks: when each page was last walked through, and how. Nobody else writes there. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { RunBook } from '../deploy/run-books.ts';
import { bookOf, type Drill, type Drilled, type Misses, type Walk } from './drill.ts';
import { type Tally, tallyOf } from './tally.ts';

const FOLDER = fileURLToPath(new URL('../../docs/runbooks/', import.meta.url));
const WIDTH = 120;

/** `on`: the day. */
export async function writeLastDrill(
  drill: Drill,
  drilled: Drilled,
  books: readonly RunBook[],
  on: Date,
): Promise<void> {
  const { alert, seenSeconds, overSeconds } = drilled;
  const walk = drill.walks[alert];
  if (walk === undefined) throw new Error(`${alert} is not of this drill`);
  const text = [
    `${on.toISOString().slice(0, 10)}, on \`npm run stack\`: ${drill.how}.`,
    `${SEEN[seenAs(walk)].sentence}${walk.lingers === undefined ? '' : ANEW} after ${seenSeconds.toFixed(1)} s; over ${overSeconds.toFixed(1)} s after the first command.`,
    doneText(tallyOf(bookOf(alert, books)), drilled),
  ].join(' ');
  const file = `${FOLDER}${alert}.md`;
  await writeFile(file, withSection(await readFile(file, 'utf8'), '## Last drill', wrapped(text)));
}

/** The alert itself may be of before. */
const ANEW = ', and what it is made of was as the drill makes it,';

/** `3 queries asked, of which 1 found nothing. 2 commands run. 1 for a cluster: the stack's part was started again instead.` */
function doneText({ asked, looked, run, replaced, skipped }: Tally, { silentQueries, failedLooks }: Misses): string {
  const parts = [
    `Queries asked: ${asked}${silentQueries > 0 ? `, of which ${silentQueries} found nothing` : ''}.`,
    looked > 0 && `Looks: ${looked}${failedLooks > 0 ? `, of which ${failedLooks} did not get an answer` : ''}.`,
    `Commands of the mitigation run: ${run}.`,
    replaced > 0 && `Not run, its part of the stack was started again instead: ${replaced} for Kubernetes.`,
    skipped > 0 && `Not run: ${skipped} that ${skipped === 1 ? 'looks' : 'look'} into Kubernetes.`,
  ];
  return parts.filter(Boolean).join(' ');
}

/** docs/runbooks/README.md with the table of these drills. */
export async function freshReadme(drills: readonly Drill[], books: readonly RunBook[]): Promise<string> {
  return withSection(await readFile(`${FOLDER}README.md`, 'utf8'), '## Drills', drillsText(drills, books));
}

/** The section `Drills` of the README, without its heading. */
function drillsText(drills: readonly Drill[], books: readonly RunBook[]): string {
  const rows = drills.flatMap((drill) =>
    Object.entries(drill.walks).map(([alert, walk]) => {
      const { asked, looked, run, replaced, skipped } = tallyOf(bookOf(alert, books));
      const cells = [
        `[${alert}](${alert}.md)`,
        drill.how,
        SEEN[seenAs(walk)].cell,
        asked,
        looked,
        run,
        replaced,
        skipped,
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  );
  return [...INTRODUCTION, '', ...HEAD, ...rows].join('\n');
}

const HEAD = [
  '| run-book | what is done | seen as | queries | looks | run | replaced | not run |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
];

const INTRODUCTION = [
  '`npm run drills` starts a stack, brings about what each page is about, asks every query of the page, runs its looks and the',
  'commands of its mitigation from the first to the last, and waits for the end of it. `--only SegmentServerDown` does one;',
  '`--write` puts day and seconds into the pages; this table is written by `npm run generate`. `npm run test:long` does all of',
  'them, too. No alert is posted by hand: where the stack lacks what an alert watches, Prometheus is told figures of it, and the',
  'rule that is shipped decides. Rows with the same words are one drill.',
  '',
  'There is no Kubernetes on the stack. `replaced` counts commands in whose place the part of the stack that they are about was',
  'started again; `not run` those that look into a cluster. `run` counts commands of the mitigation that ran as they stand there.',
];

type Seen = 'alerted' | 'pending' | 'recorded';
const seenAs = ({ seen }: Walk): Seen => (typeof seen === 'object' ? 'recorded' : seen);

const SEEN: Readonly<Record<Seen, { readonly cell: string; readonly sentence: string }>> = {
  alerted: { cell: 'alert in Alertmanager', sentence: 'Alertmanager had the alert' },
  pending: { cell: 'its rule holds; `for` is longer than a drill', sentence: 'Its rule held' },
  recorded: { cell: 'recorded; its windows are longer than a drill', sentence: 'The recording rule behind it saw it' },
};

/** The page with another last section. */
function withSection(page: string, heading: string, text: string): string {
  const [before] = page.split(`\n${heading}\n`);
  return `${before}\n${heading}\n\n${text}\n`;
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
