/** `npm run drills`: every run-book walked through on a stack of its own; `--write` puts day and seconds into the pages. */
import { join } from 'node:path';
import { type Context, command } from '@segment-store/cli/command';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { list } from '@segment-store/cli/list';
import { main } from '@segment-store/cli/main';
import { flag, text as textOption } from '@segment-store/cli/option';
import { startStack } from '@segment-store/stack/stack';
import { readRunBooks } from '../test/deploy/run-books.ts';
import { type Drill, perform } from '../test/drills/drill.ts';
import { DRILLS } from '../test/drills/drills.ts';
import { type Ground, openGround } from '../test/drills/ground.ts';
import { writeLastDrill, writeTable } from '../test/drills/pages.ts';

interface Options {
  readonly only: readonly string[];
  readonly write: boolean;
  readonly folder: string;
}

const DAY_MS = 86_400_000;

async function run({ only, write, folder }: Options, context: Context): Promise<void> {
  const drills = chosen(only);
  const tell = (line: string) => context.say({ kind: 'note', text: line });
  if (write) await writeTable(DRILLS);
  tell(`a stack is started in ${folder}`);
  const stack = await startStack({ folder, everyMs: DAY_MS, faults: true });
  let failed = 0;
  try {
    await using ground = await openGround(stack);
    for (const drill of drills) {
      if (context.signal.aborted) throw context.signal.reason;
      if (!(await isDone(drill, { ground, write, tell }))) failed += Object.keys(drill.walks).length;
    }
  } finally {
    await stack.stop();
  }
  const pages = drills.reduce((sum, { walks }) => sum + Object.keys(walks).length, 0);
  const text = `${pages - failed} of ${pages} run-books do what they say`;
  context.say({ kind: 'result', text, data: { pages, failed } });
  if (failed > 0) throw new CommandError(exitCode.different, `${failed} run-books do not do what they say`);
}

function chosen(only: readonly string[]): readonly Drill[] {
  const known = DRILLS.flatMap(({ walks }) => Object.keys(walks));
  const stranger = only.find((alert) => !known.includes(alert));
  if (stranger !== undefined) throw new CommandError(exitCode.usage, `--only ${stranger}: one of ${known.join(', ')}`);
  return DRILLS.filter(({ walks }) => only.length === 0 || only.some((alert) => alert in walks));
}

interface Doing {
  readonly ground: Ground;
  readonly write: boolean;
  tell(line: string): void;
}

async function isDone(drill: Drill, { ground, write, tell }: Doing): Promise<boolean> {
  try {
    for (const drilled of await perform(drill, ground, await readRunBooks())) {
      const { alert, seenSeconds, overSeconds } = drilled;
      tell(`${alert}: seen after ${seenSeconds.toFixed(1)} s, over after ${overSeconds.toFixed(1)} s`);
      if (write) await writeLastDrill(drill, drilled, new Date());
    }
    return true;
  } catch (error) {
    tell(`${Object.keys(drill.walks).join(', ')}: ${chainOf(error)}`);
    return false;
  }
}

function chainOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${chainOf(error.cause)}`;
}

await main({
  name: 'npm run drills --',
  version: '0.1.0',
  summary: 'Every run-book walked through on a stack of its own.',
  environmentPrefix: 'SEGMENT_DRILLS',
  commands: [
    command({
      name: '',
      summary: [
        'Brings about what each page of docs/runbooks is about, asks its queries, runs the commands of its mitigation and',
        'waits for the end of it. Ends with 3 when a page does not do what it says.',
      ].join(' '),
      arguments: [],
      options: {
        only: list({
          placeholder: '<alert,…>',
          description: 'these run-books, with those that are drilled together with them',
        }),
        write: flag({ description: 'put day and seconds into docs/runbooks' }),
        folder: textOption({
          description: 'of the stack; emptied first',
          fallback: join(import.meta.dirname, '../.data/drills'),
          placeholder: '<dir>',
        }),
      },
      examples: ['npm run drills', 'npm run drills -- --only SegmentServerDown', 'npm run drills -- --write'],
      run: ({ options }, context) => run(options, context),
    }),
  ],
});
