/** Every source line against the live generation, from the run folder to the report. */
import type { Context } from '@segment-store/cli/command';
import type { ProgressEvent, Say } from '@segment-store/cli/event';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import type { Values } from '@segment-store/cli/option';
import { formatCount } from '@segment-store/cli/render/count';
import type { Manifest, Part } from '@segment-store/contract/manifest';
import { openFolder } from '@segment-store/folder/open';
import { Failure, isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { openStore } from '@segment-store/store/open';
import { GENESIS, type Generation, type Store } from '@segment-store/store/store';
import { DeadLetters } from '../accounts/dead-letters.ts';
import { openLettersFolder } from '../accounts/letters-place.ts';
import { orUsage } from '../exit.ts';
import { inParallel } from '../in-parallel.ts';
import { folderOptionsOf } from '../options.ts';
import { byCustomer } from '../source/by-customer.ts';
import { linesOf, openAnyRun } from '../source/opening.ts';
import { openToLines } from '../source/to-lines.ts';
import type { Comparison } from '../verify/compare.ts';
import { knownOf } from '../verify/known.ts';
import { everyLine, someLines, type Verification, verify } from '../verify/verify.ts';
import type { verifyOptions } from './verify-options.ts';

type Options = Values<typeof verifyOptions>;

export async function verifyRun(
  url: string,
  { options, context }: { options: Options; context: Context },
): Promise<void> {
  const { say, signal } = context;
  const call: Call = { signal, deadlineAt: Number.POSITIVE_INFINITY };
  await using toLines = await openToLines({ ...options, keepRaw: false });
  await using folder = orUsage(() => openFolder(url, folderOptionsOf(options)));
  await using store = orUsage(() => openStore(options.store, options));
  const source = await openAnyRun(folder, options, call);
  const live = await liveOf(source.manifest, store);
  const place = { url: options.deadLetters, runFolder: folder, run: live.run };
  await using lettersFolder = openLettersFolder(place, folderOptionsOf(options));
  await using reader = await store.reader.open(live.run, call);
  const run = await byCustomer(source, { ...options, excuse: leaveOut, onProgress: regrouping(say) }, call);
  const { manifest } = run;
  const reasons = { letters: new DeadLetters(lettersFolder), erasures: store.erasures };
  say({ kind: 'stage', stage: 'verify', detail: `run ${manifest.run}, parts: ${formatCount(manifest.parts.length)}` });
  const found = await verify(
    manifest.parts,
    {
      reader,
      inParallel: inParallel(options.partsAtOnce),
      lines: linesOf(run, toLines),
      choice: options.sample === undefined ? everyLine : someLines(manifest, options.sample, Math.random),
      known: (part: Part, partCall: Call) => knownOf(part, reasons, partCall),
      onCompared: progress(manifest, options, context),
    },
    call,
  );
  await run.remove();
  const known = (await store.publisher.status(live.run)).parts;
  const leftOut = new Set(known.flatMap((part) => (part.state === 'failed' ? [part.key] : [])));
  report(found, { leftOut, live, options }, context);
}

/** Told as it is met again, beside what the load left out. */
function leaveOut(_: Part, error: unknown): { readonly message: string } {
  if (isFailure(error) && error.code === 'CORRUPT') return error;
  throw error;
}

function regrouping(say: Say): (progress: Omit<ProgressEvent, 'kind' | 'stage'>) => void {
  let begun = false;
  return (progress) => {
    if (!begun) say({ kind: 'stage', stage: 'regroup', detail: 'by customer' });
    begun = true;
    say({ kind: 'progress', stage: 'regroup', ...progress });
  };
}

/** @throws Failure REFUSED when another run is live */
async function liveOf({ run }: Manifest, { publisher }: Store): Promise<Generation> {
  const { generation } = await publisher.live();
  if (generation.run === run) return generation;
  const live = generation.run === GENESIS ? 'nothing is: load it first' : `${generation.run} is: verify its run folder`;
  throw new Failure('REFUSED', `run ${run} is not live, ${live}`);
}

function progress({ parts }: Manifest, { sample }: Options, { say }: Context): (lines: number) => void {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const total = Math.min(rows, sample ?? rows);
  let done = 0;
  return (lines) => {
    done += lines;
    say({ kind: 'progress', stage: 'verify', done, total, unit: 'lines' });
  };
}

interface Against {
  readonly live: Generation;
  /** Parts that the load left out as corrupt. */
  readonly leftOut: ReadonlySet<string>;
  readonly options: Options;
}

/** @throws CommandError different */
function report(found: Verification, { live, leftOut, options }: Against, { say }: Context): void {
  const { equal, different, absent, rejected, erased } = found.lines;
  /** Of all lines only can be told that nothing else is there. */
  const stored = live.members - (live.erased ?? 0);
  const stray = options.sample === undefined ? Math.max(0, stored - equal - different) : 0;
  const text = [
    `run ${live.run}: ${formatCount(equal)} lines equal, ${formatCount(different)} different, ${formatCount(absent)} absent, ${formatCount(rejected)} rejected, ${formatCount(erased)} erased`,
    ...found.differences.map((one) => `  ${describe(one, options.showIds)}`),
    ...found.corrupt.map(
      ({ key, message }) => `  part ${key} is corrupt${leftOut.has(key) ? ' and was left out' : ''}: ${message}`,
    ),
    ...(stray === 0 ? [] : [`  ${formatCount(stray)} customers are stored that no line names`]),
  ];
  const differences = found.differences.map((one) => dataOf(one, options.showIds));
  const data = { run: live.run, lines: found.lines, stray, differences, corrupt: found.corrupt };
  say({ kind: 'result', text: text.join('\n'), data });
  const wrong = different + absent + stray + found.corrupt.filter(({ key }) => !leftOut.has(key)).length;
  if (wrong > 0)
    throw new CommandError(exitCode.different, `${formatCount(wrong)} differences between lines and store`);
}

function describe(one: Comparison, showIds: boolean): string {
  const { part, line, offset } = one.line;
  const answer = one.answer === undefined ? '' : `, answered [${one.answer.segmentIds.join(' ')}]`;
  const ids = showIds ? `: ${one.line.text}${answer}` : '';
  return `${part} line ${line}, byte ${offset}: ${one.found}${ids}`;
}

function dataOf(one: Comparison, showIds: boolean): object {
  const { part, line, offset, text } = one.line;
  const ids = showIds && { source: text, ...(one.answer && { answered: one.answer.segmentIds }) };
  return { part, line, offset, found: one.found, ...ids };
}
