import { type AnyCommand, type Context, command } from '@segment-store/cli/command';
import { flag, type Values } from '@segment-store/cli/option';
import { formatCount } from '@segment-store/cli/render/count';
import { table } from '@segment-store/cli/table';
import { openFolder } from '@segment-store/folder/open';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { type DeadLetter, DeadLetters } from '../accounts/dead-letters.ts';
import { openLettersFolder } from '../accounts/letters-place.ts';
import { orUsage, withExitCode } from '../exit.ts';
import { folderOptions, folderOptionsOf, letterOptions, manifestOptions } from '../options.ts';
import { runIdOf } from '../source/opening.ts';

const options = {
  ...folderOptions,
  ...manifestOptions,
  deadLetters: letterOptions.deadLetters,
  summary: flag({ description: 'how many there are, by part and reason, instead of each' }),
};
type Options = Values<typeof options>;
type Show = (letters: AsyncIterable<DeadLetter>, context: Context) => Promise<void>;

export const deadLettersCommand: AnyCommand = command({
  name: 'dead-letters',
  summary: 'Prints the lines of a run that were rejected, one JSON object a line: part, line, byte, reason.',
  arguments: ['<run-folder>'],
  options,
  examples: [
    'segment-ingest dead-letters runs/20260131t040000z',
    'segment-ingest dead-letters s3://bucket/runs/20260131t040000z --summary',
  ],
  run: ({ args: [folder = ''], options }, context) =>
    withExitCode(context.signal, () => show(folder, { options, context })),
});

async function show(url: string, { options, context }: { options: Options; context: Context }): Promise<void> {
  const call: Call = { signal: context.signal, deadlineAt: Number.POSITIVE_INFINITY };
  await using runFolder = orUsage(() => openFolder(url, folderOptionsOf(options)));
  const run = await runIdOf(runFolder, options.runId, call);
  await using place = openLettersFolder({ url: options.deadLetters, runFolder, run }, folderOptionsOf(options));
  const print = options.summary ? printSummary : printEach;
  await print(ifAny(new DeadLetters(place).all(call)), context);
}

const printEach: Show = async (letters, { say }) => {
  let count = 0;
  for await (const letter of letters) {
    count++;
    say({ kind: 'data', text: JSON.stringify(letter), data: { ...letter } });
  }
  say({ kind: 'note', text: count === 0 ? 'no dead letters' : `${formatCount(count)} dead letters` });
  say({ kind: 'result', text: '', data: { deadLetters: count } });
};

const printSummary: Show = async (letters, { say }) => {
  const counts = new Map<string, { part: string; reason: string; lines: number }>();
  for await (const { part, reason } of letters) {
    const key = `${part}\n${reason}`;
    const before = counts.get(key);
    counts.set(key, { part, reason, lines: (before?.lines ?? 0) + 1 });
  }
  const rows = [...counts.values()];
  const text = table(
    ['part', 'reason', 'lines'],
    rows.map(({ part, reason, lines }) => [part, reason, formatCount(lines)]),
  );
  say({ kind: 'result', text: rows.length === 0 ? 'no dead letters' : text, data: { deadLetters: rows } });
};

/** Where nobody ever wrote one there is no place. */
async function* ifAny(letters: AsyncIterable<DeadLetter>): AsyncGenerator<DeadLetter> {
  try {
    yield* letters;
  } catch (error) {
    if (!isFailure(error) || error.code !== 'NOT_FOUND') throw error;
  }
}
