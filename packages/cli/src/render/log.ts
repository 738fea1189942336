/**
 * For people who read a log: results on stdout, all else on stderr, no control characters, and never more than 200
 * lines: what is going on is told every 30 s in the first half hour, every 8 min until the twelfth hour, then ever
 * more rarely; of warnings and the like the first 30.
 */
import type { CommandEvent, ProgressEvent, Renderer, Streams } from '../event.ts';
import { painted } from './color.ts';
import { formatDuration } from './figure.ts';
import { printable } from './printable.ts';
import type { Look } from './terminal.ts';
import { lineOf, progressText, sentence } from './wording.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LOOK_MS = 1_000;
const REMARKS = 30;

/** How long a log may be silent once the command has run for `elapsedMs`: 60 lines, 86 until 12 h, 14 per doubling. */
export function silenceMs(elapsedMs: number): number {
  if (elapsedMs < HOUR / 2) return MINUTE / 2;
  return elapsedMs < 12 * HOUR ? 8 * MINUTE : elapsedMs / 20;
}

export function log({ stdout, stderr }: Streams, { color, clock }: Look): Renderer {
  let begunAt = clock.now();
  let printedAt = begunAt;
  let heardAt = begunAt;
  let remarks = 0;
  let awaited: string | undefined = 'start';
  let progress: ProgressEvent | undefined;
  const print = (text: string, kind: CommandEvent['kind'] = 'progress') => {
    printedAt = clock.now();
    stderr.write(`${painted(printable(text), kind, color)}\n`);
  };
  const remark = (text: string, kind: CommandEvent['kind']) => {
    if (awaited !== undefined) remarks++;
    if (remarks <= REMARKS) print(text, kind);
    if (remarks === REMARKS) print('further lines like these are left out; --json has them all', 'note');
  };
  const stop = clock.every(LOOK_MS, () => {
    if (awaited === undefined || clock.now() - printedAt < silenceMs(clock.now() - begunAt)) return;
    const silent = clock.now() - heardAt;
    const news = silent < LOOK_MS * 2 ? '' : `, nothing new for ${formatDuration(silent)}`;
    print(`  ${progress === undefined ? `${awaited}: still at it` : progressText(progress)}${news}`);
  });
  /** What begins where nothing was awaited is a run of its own; so is the time in which nothing is. */
  const enter = (stage: string | undefined) => {
    if (awaited === undefined || stage === undefined) [begunAt, remarks] = [clock.now(), 0];
    [awaited, progress] = [stage, undefined];
  };
  const showProgress = (event: ProgressEvent) => {
    // The first of a stage at once, then by the clock; the last one, so that a log tells how far it came.
    const wanted = progress === undefined || (event.done === event.total && progress.done !== event.done);
    progress = event;
    if (wanted) print(`  ${progressText(event)}`);
  };
  const showSentence = (event: Parameters<typeof sentence>[0]) => {
    const text = sentence(event);
    if (event.kind === 'stage') enter(event.idle === true ? undefined : event.stage);
    if (text === undefined) return;
    if (event.kind === 'stage' || event.kind === 'error') print(text, event.kind);
    else remark(text, event.kind);
  };
  return {
    say(event) {
      if (event.kind === 'waiting') return;
      heardAt = clock.now();
      if (event.kind === 'progress') return showProgress(event);
      if (event.kind !== 'data' && event.kind !== 'result') return showSentence(event);
      stdout.write(lineOf(event.text));
      if (event.kind === 'result') enter(undefined);
    },
    async close() {
      stop();
    },
  };
}
