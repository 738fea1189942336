/** `npm run rehearse`: docs/launch-plan.md from an empty stack to everybody and back, written down in docs/rehearsal.md. */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Context, command } from '@segment-store/cli/command';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { main } from '@segment-store/cli/main';
import { text } from '@segment-store/cli/option';
import { duration } from '@segment-store/cli/quantity';
import { MissingTool } from '@segment-store/services/tool';
import { stopStarted } from '@segment-store/stack/ending';
import { type Stack, startStack } from '@segment-store/stack/stack';
import { BEGINNING } from '../test/rehearsal/beginning.ts';
import { createLog, type Log } from '../test/rehearsal/log.ts';
import { rehearse } from '../test/rehearsal/rehearsal.ts';
import { type Replacements, replaced } from '../test/rehearsal/shown.ts';

interface Options {
  readonly hold: number;
  readonly folder: string;
  readonly to: string;
}

const DAY_MS = 86_400_000;

async function run({ hold, folder, to }: Options, { say, signal }: Context): Promise<void> {
  let hidden: Replacements = [];
  const log = createLog(
    () => performance.now(),
    (line) => say({ kind: 'data', text: line, data: {} }),
    (text) => replaced(text, hidden),
  );
  const hide = (known: Replacements) => {
    hidden = known;
  };
  const write = (outcome: string) => writeFile(to, log.markdown(introduction(hold, outcome)));
  await orStopped(signal, async () => {
    await using stack = await started(folder, log);
    await rehearse({ stack, log, holdMs: hold, signal, hide }).catch(async (error) => {
      if (!signal.aborted) await write('It ended at the first step that did not hold: see the last lines.');
      throw error;
    });
  });
  await write('Every step held.');
  say({ kind: 'result', text: `every step held; ${to} has the log`, data: { to } });
}

/** A signal ends the stack, also what of it is only starting: its start fails then. */
async function orStopped(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const stopped = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => stopStarted().then(resolve, reject));
  });
  await work().catch(async (error: unknown) => {
    if (!signal.aborted) throw explained(error);
    await stopped;
    throw signal.reason;
  });
}

async function started(folder: string, log: Log): Promise<Stack & AsyncDisposable> {
  const onStarted = (name: string) => log.note({ section: BEGINNING, who: 'stack', what: `${name} answers` });
  const stack = await startStack({ folder, everyMs: DAY_MS, onStarted });
  return { ...stack, [Symbol.asyncDispose]: () => stack.stop() };
}

function explained(error: unknown): CommandError {
  const text = error instanceof Error ? error.message : String(error);
  return new CommandError(error instanceof MissingTool ? exitCode.usage : exitCode.refused, text, { cause: error });
}

const introduction = (holdMs: number, outcome: string): readonly string[] => [
  '# A rehearsal of the launch plan',
  '',
  `Written by \`npm run rehearse\` on ${new Date().toISOString().slice(0, 10)}: [the plan](launch-plan.md), fence by fence, on a stack that`,
  `began empty, on one machine with ${availableParallelism()} cores. ${outcome} Minutes and seconds are from its start; then who does it,`,
  'and what is done (`$` is typed as it stands in the plan) or seen.',
  '',
  `A rehearsal, not a launch: every stage was held ${holdMs / 1_000} s, where the ladder says days; the shadow wanted 2,000 comparisons in`,
  '15 s and at most 0.2 % of them otherwise, where it wants a million in a day and 0.001 %; the ladder 30 requests for a verdict, where it',
  'wants 30,000. Figures of five minutes are of as long as Prometheus ran. The old ones are server-1 and server-2 of the stack, the',
  'candidate a third server; visitors are one process that asks for real customers, from as many cities and countries as the ladder has.',
];

await main({
  name: 'npm run rehearse --',
  version: '0.1.0',
  summary: 'The launch plan on a stack of its own.',
  environmentPrefix: 'SEGMENT_REHEARSE',
  commands: [
    command({
      name: '',
      summary: [
        'Walks through docs/launch-plan.md on a stack that begins empty: every command and query in order, a ladder climbed to',
        'everybody, one that a fault ends, a roll back of each kind. Ends with 4 at the first step that does not hold.',
      ].join(' '),
      arguments: [],
      options: {
        hold: duration({
          description: 'every stage is held this long at most',
          fallback: '30s',
        }),
        folder: text({
          description: 'of the stack; emptied first',
          fallback: join(import.meta.dirname, '../.data/rehearsal'),
          placeholder: '<dir>',
        }),
        to: text({
          description: 'where the log goes, whether everything held or not',
          fallback: join(import.meta.dirname, '../docs/rehearsal.md'),
          placeholder: '<file>',
        }),
      },
      examples: ['npm run rehearse', 'npm run rehearse -- --hold 10s'],
      run: ({ options }, context) => run(options, context),
    }),
  ],
});
