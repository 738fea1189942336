/** `npm run chaos`: the stack under constant load, one fault after the other, and a judgement on all it answered. */
import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { type Context, command } from '@segment-store/cli/command';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { main } from '@segment-store/cli/main';
import { flag, integer, text } from '@segment-store/cli/option';
import { table } from '@segment-store/cli/table';
import { orMissing, stopStarted } from '@segment-store/stack/ending';
import { type BreakOptions, breakStack } from './break-stack.ts';
import { check, type Verdict } from './check.ts';
import { FAULTS } from './faults.ts';
import { writePage } from './page-file.ts';
import { answersFile, readEmbedded, readHistory } from './record.ts';
import { complaintsOf, type Results } from './results.ts';
import { COLUMNS, cellsOf, rowOf } from './rows.ts';
import { seenBefore } from './seen.ts';
import { readSuffered } from './suffered.ts';

interface Options {
  readonly folder: string;
  readonly perSecond: number;
  readonly minutes: number;
  readonly again: boolean;
  readonly write: boolean;
}

async function run({ again, write, ...options }: Options, { say, signal }: Context): Promise<void> {
  const tell = (line: string) => say({ kind: 'result', text: line, data: {} });
  signal.addEventListener('abort', () => void stopStarted());
  if (again && !existsSync(answersFile(options.folder))) {
    throw new CommandError(exitCode.usage, `no history in ${options.folder}: npm run chaos without --again makes one`);
  }
  const measured = again ? undefined : await broken({ ...options, tell });
  const judged = await judge(options.folder);
  tell(table(COLUMNS, judged.rows.map(cellsOf)));
  tell(verdictTable(judged.verdicts));
  if (measured !== undefined && write) await writePage({ ...measured, ...judged });
  refuse(complaintsOf(judged, FAULTS.length));
}

/** Everything but the judgement. */
async function broken(options: BreakOptions): Promise<Omit<Results, keyof Judged>> {
  const startedAt = new Date();
  await breakStack(options).catch((error) => Promise.reject(orMissing(error)));
  const seconds = Math.round((Date.now() - startedAt.getTime()) / 1_000);
  options.tell(`${seconds} s; everything is in ${options.folder}`);
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`;
  return { startedAt: startedAt.toISOString(), machine, seconds, lookupsPerSecond: options.perSecond };
}

type Judged = Pick<Results, 'rows' | 'verdicts'>;

/** What was recorded there. */
async function judge(folder: string): Promise<Judged> {
  const [history, embedded, suffered] = [
    await readHistory(folder),
    await readEmbedded(folder),
    await readSuffered(folder),
  ];
  const noticed = { answers: history.answers, embedded, isSeen: seenBefore(history) };
  return { rows: suffered.map((one) => rowOf(one, noticed)), verdicts: check(history) };
}

function verdictTable(verdicts: readonly Verdict[]): string {
  const cells = verdicts.map(({ says, judged: count, violations }) => [says, `${count}`, `${violations}`]);
  return table(['promise', 'judged', 'violations'], cells);
}

/** @throws CommandError when there is anything to complain about */
function refuse(complaints: readonly string[]): void {
  if (complaints.length > 0) throw new CommandError(exitCode.failed, complaints.join('\n'));
}

await main({
  name: 'npm run chaos --',
  version: '0.1.0',
  summary: 'Faults on every part of the stack under constant load, and a judgement on what was answered.',
  environmentPrefix: 'SEGMENT_CHAOS',
  commands: [
    command({
      name: '',
      summary: [
        'Starts the stack, asks it at a constant rate, publishes, rolls back, erases, and meanwhile kills, freezes and',
        'cuts off one part after the other. Every answer is kept and compared with what was promised. Exit 1 when a',
        'promise was broken or a fault was not recovered from. Some 4 GB of memory, up to ten minutes.',
      ].join(' '),
      arguments: [],
      options: {
        perSecond: integer({ description: 'questions a second', fallback: 120, min: 1, max: 2_000 }),
        minutes: integer({
          description: 'until they are over, faults that came go on to come, in any order; 0: each comes once',
          fallback: 0,
          max: 1_440,
        }),
        folder: text({
          description: 'of the stack, of the history and of the results',
          fallback: join(import.meta.dirname, '../../.data/chaos'),
          placeholder: '<dir>',
        }),
        again: flag({ description: 'judge the history of the last run once more; nothing is started' }),
        write: flag({ description: 'put the figures into docs/chaos.json and docs/chaos.md' }),
      },
      examples: ['npm run chaos', 'npm run chaos -- --minutes 60', 'npm run chaos -- --again'],
      run: ({ options }, context) => run(options, context),
    }),
  ],
});
