/** `npm run drills`: every run-book walked through on a stack of its own; `--write` puts day and seconds into the pages. */
import { join } from 'node:path';
import { type Context, command } from '@segment-store/cli/command';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { list } from '@segment-store/cli/list';
import { main } from '@segment-store/cli/main';
import { flag, optionalText, text as textOption } from '@segment-store/cli/option';
import { attach } from '@segment-store/stack/control';
import { startStack } from '@segment-store/stack/stack';
import { type RunBook, readRunBooks } from '../test/deploy/run-books.ts';
import type { Drill, Drilled } from '../test/drills/drill.ts';
import { DRILLS, ROUNDS } from '../test/drills/drills.ts';
import { type OpenGround, openGround } from '../test/drills/ground.ts';
import { killedText, killServer } from '../test/drills/killed-server.ts';
import { performAll, type Round } from '../test/drills/lanes.ts';
import { writeLastDrill } from '../test/drills/pages.ts';

interface Options {
  readonly only: readonly string[];
  readonly write: boolean;
  readonly folder: string;
  readonly attach: string | undefined;
}

const DAY_MS = 86_400_000;

async function run({ only, write, folder, attach: running }: Options, context: Context): Promise<void> {
  const drills = chosen(only);
  const tell = (line: string) => context.say({ kind: 'note', text: line });
  const startedAt = performance.now();
  // Nothing is said for as long as a drill takes.
  context.say({ kind: 'stage', stage: 'drills', idle: true });
  await using ground = running === undefined ? await ownGround(folder, tell) : await openGround(attach(running));
  if (only.length === 0) tell(killedText(await killServer(ground)));
  const books = await readRunBooks();
  const performed = performAll(roundsOf(drills), { ground, books, signal: context.signal });
  const failures = await Promise.all(
    [...performed].map(async ([drill, found]) => {
      return (await isDone(drill, found, { books, write, tell })) ? 0 : Object.keys(drill.walks).length;
    }),
  );
  const failed = failures.reduce((sum, some) => sum + some, 0);
  const pages = drills.reduce((sum, { walks }) => sum + Object.keys(walks).length, 0);
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  const text = `${pages - failed} of ${pages} run-books do what they say, in ${minutes} minutes`;
  context.say({ kind: 'result', text, data: { pages, failed } });
  if (failed > 0) throw new CommandError(exitCode.different, `${failed} run-books do not do what they say`);
}

/** Its end is the end of its stack. */
async function ownGround(folder: string, tell: (line: string) => void): Promise<OpenGround> {
  tell(`a stack is started in ${folder}`);
  const stack = await startStack({ folder, everyMs: DAY_MS, faults: true });
  const ground = await openGround(stack);
  return {
    ...ground,
    async [Symbol.asyncDispose]() {
      await ground[Symbol.asyncDispose]();
      await stack.stop();
    },
  };
}

function chosen(only: readonly string[]): readonly Drill[] {
  const known = DRILLS.flatMap(({ walks }) => Object.keys(walks));
  const stranger = only.find((alert) => !known.includes(alert));
  if (stranger !== undefined) throw new CommandError(exitCode.usage, `--only ${stranger}: one of ${known.join(', ')}`);
  return DRILLS.filter(({ walks }) => only.length === 0 || only.some((alert) => alert in walks));
}

const roundsOf = (drills: readonly Drill[]): readonly Round[] =>
  ROUNDS.map((round) => round.map((lane) => lane.filter((drill) => drills.includes(drill))));

interface Telling {
  readonly books: readonly RunBook[];
  readonly write: boolean;
  tell(line: string): void;
}

async function isDone(
  drill: Drill,
  found: Promise<readonly Drilled[]>,
  { books, write, tell }: Telling,
): Promise<boolean> {
  try {
    for (const drilled of await found) {
      const { alert, seenSeconds, overSeconds } = drilled;
      tell(`${alert}: seen after ${seenSeconds.toFixed(1)} s, over after ${overSeconds.toFixed(1)} s`);
      if (write) await writeLastDrill(drill, drilled, books, new Date());
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
        attach: optionalText({
          description: 'folder of a stack that runs with --faults --every 1d, to drill on that',
          placeholder: '<dir>',
        }),
      },
      examples: ['npm run drills', 'npm run drills -- --only SegmentServerDown', 'npm run drills -- --write'],
      run: ({ options }, context) => run(options, context),
    }),
  ],
});
