/** `npm run rehearse`: docs/launch-plan.md from an empty stack to everybody and back, written down in docs/rehearsal.md. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, command } from '@segment-store/cli/command';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { main } from '@segment-store/cli/main';
import { text } from '@segment-store/cli/option';
import { startStack } from '@segment-store/stack/stack';
import { createLog } from '../test/rehearsal/log.ts';
import { rehearse, START } from '../test/rehearsal/rehearsal.ts';

interface Options {
  readonly hold: string;
  readonly folder: string;
  readonly to: string;
}

const DAY_MS = 86_400_000;

async function run({ hold, folder, to }: Options, { say }: Context): Promise<void> {
  const log = createLog(
    () => performance.now(),
    (line) => say({ kind: 'note', text: line }),
  );
  const stack = await startStack({
    folder,
    everyMs: DAY_MS,
    onStarted: (name) => log.note(START, `${name} is started, empty`, 'answers'),
  });
  try {
    await rehearse({ stack, log, hold });
  } catch (error) {
    throw new CommandError(exitCode.refused, error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    await stack.stop();
  }
  await writeFile(to, log.markdown(introduction(hold)));
  say({ kind: 'result', text: `every criterion held; ${to} has the log`, data: { to, hold } });
}

const introduction = (hold: string): readonly string[] => [
  '# A rehearsal of the launch plan',
  '',
  `Written by \`npm run rehearse\` on ${new Date().toISOString().slice(0, 10)}: [the plan](launch-plan.md), fence by fence, on a stack that`,
  `began empty, on one machine. Minutes and seconds are from its start. Every stage was held ${hold}, where the ladder says days; the`,
  'shadow wanted 2,000 comparisons in 15 s, where it wants a million in a day; the ladder 30 requests for a verdict, where it wants',
  '30,000. `…` stands for what did not fit.',
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
        'everybody, one that a fault ends, a roll back of each kind. Ends with 4 at the first criterion that does not hold.',
      ].join(' '),
      arguments: [],
      options: {
        hold: text({
          description: 'every stage is held this long at most',
          fallback: '30s',
          placeholder: '<duration>',
        }),
        folder: text({
          description: 'of the stack; emptied first',
          fallback: join(import.meta.dirname, '../.data/rehearsal'),
          placeholder: '<dir>',
        }),
        to: text({
          description: 'where the log goes once everything held',
          fallback: join(import.meta.dirname, '../docs/rehearsal.md'),
          placeholder: '<file>',
        }),
      },
      examples: ['npm run rehearse', 'npm run rehearse -- --hold 10s'],
      run: ({ options }, context) => run(options, context),
    }),
  ],
});
