/** `npm run chaos`: the stack under constant load, one fault after the other, and a judgement on all it answered. */
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { type Context, command } from '@segment-store/cli/command';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { main } from '@segment-store/cli/main';
import { flag, integer, text } from '@segment-store/cli/option';
import { table } from '@segment-store/cli/table';
import { stopAll } from '@segment-store/services/leashed';
import { MissingTool, stopTools } from '@segment-store/services/tool';
import { type Broken, breakStack } from './break-stack.ts';
import { check, type Verdict } from './check.ts';
import { FAULTS } from './faults.ts';
import { writePage } from './page-file.ts';
import { readEmbedded, readHistory } from './record.ts';
import { complaintsOf, type Results } from './results.ts';
import { COLUMNS, cellsOf, rowOf } from './rows.ts';

interface Options {
  readonly folder: string;
  readonly perSecond: number;
  readonly again: boolean;
  readonly write: boolean;
}

async function run({ folder, perSecond, again, write }: Options, { say, signal }: Context): Promise<void> {
  const tell = (line: string) => say({ kind: 'result', text: line, data: {} });
  if (again) return judgeAgain(folder, tell);
  signal.addEventListener('abort', () => void stop());
  const startedAt = new Date();
  const broken = await breakStack({ folder, perSecond, tell }).catch((error) => Promise.reject(explained(error)));
  const seconds = Math.round((Date.now() - startedAt.getTime()) / 1_000);
  const results: Results = {
    startedAt: startedAt.toISOString(),
    machine: `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`,
    seconds,
    lookupsPerSecond: perSecond,
    ...(await judged(folder, broken)),
  };
  await writeFile(join(folder, 'results.json'), `${JSON.stringify(results, undefined, 2)}\n`);
  if (write) await writePage(results);
  tell(table(COLUMNS, results.rows.map(cellsOf)));
  tell(verdictTable(results.verdicts));
  tell(`${seconds} s; everything is in ${folder}`);
  refuse(complaintsOf(results, FAULTS.length));
}

async function judged(folder: string, { suffered }: Broken): Promise<Pick<Results, 'rows' | 'verdicts'>> {
  const [history, embedded] = [await readHistory(folder), await readEmbedded(folder)];
  const rows = suffered.map((one) => rowOf(one, { answers: history.answers, embedded }));
  return { rows, verdicts: check(history) };
}

async function judgeAgain(folder: string, tell: (line: string) => void): Promise<void> {
  const verdicts = check(await readHistory(folder));
  tell(verdictTable(verdicts));
  refuse(complaintsOf({ rows: [], verdicts }, 0));
}

function verdictTable(verdicts: readonly Verdict[]): string {
  const cells = verdicts.map(({ says, judged: count, violations }) => [says, `${count}`, `${violations}`]);
  return table(['promise', 'judged', 'violations'], cells);
}

/** @throws CommandError when there is anything to complain about */
function refuse(complaints: readonly string[]): void {
  if (complaints.length > 0) throw new CommandError(exitCode.failed, complaints.join('\n'));
}

async function stop(): Promise<void> {
  stopTools();
  await stopAll();
}

function explained(error: unknown): unknown {
  if (error instanceof MissingTool) return new CommandError(exitCode.usage, error.message, { cause: error });
  return error;
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
        folder: text({
          description: 'of the stack, of the history and of the results',
          fallback: join(import.meta.dirname, '../../.data/chaos'),
          placeholder: '<dir>',
        }),
        again: flag({ description: 'judge the history of the last run once more; nothing is started' }),
        write: flag({ description: 'put the figures into docs/chaos.json and docs/chaos.md' }),
      },
      examples: ['npm run chaos', 'npm run chaos -- --again'],
      run: ({ options }, context) => run(options, context),
    }),
  ],
});
