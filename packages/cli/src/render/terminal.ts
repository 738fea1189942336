/** For people at a terminal: results on stdout, all else on stderr; below it one block that is drawn again and again. */
import type { Clock } from '../clock.ts';
import type { CommandEvent, ItemEvent, ProgressEvent, Renderer, Streams } from '../event.ts';
import { painted } from './color.ts';
import { formatCount } from './count.ts';
import { formatDuration, formatShare } from './figure.ts';
import { printable } from './printable.ts';
import { details, lineOf, sentence } from './wording.ts';

const REDRAW_MS = 100;
const TICK_MS = 1_000;
const BAR_WIDTH = 24;
const CLEAR_LINE = '\r\u001b[2K';
const LINE_UP = '\u001b[1A';
/** Some terminals do not know, or say 0. */
const COLUMNS = 80;

export interface Look {
  readonly color: boolean;
  readonly clock: Clock;
}

/** What the block tells of. */
interface Now {
  readonly stage: string;
  readonly stageAt: number;
  readonly progress: ProgressEvent | undefined;
  readonly items: { readonly noun: string; readonly underWay: number; readonly settled: number };
}

export function terminal({ stdout, stderr }: Streams, { color, clock }: Look): Renderer {
  let now: Now = { stage: '', stageAt: clock.now(), progress: undefined, items: NO_ITEMS };
  let drawn = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  const erase = () => {
    if (drawn > 0) stderr.write(CLEAR_LINE + (LINE_UP + CLEAR_LINE).repeat(drawn - 1));
    drawn = 0;
  };
  const draw = () => {
    const lines = block(now, clock.now()).map((line) => line.slice(0, (stderr.columns || COLUMNS) - 1));
    erase();
    stderr.write(lines.join('\n'));
    drawn = lines.length;
    drawnAt = clock.now();
  };
  const stop = clock.every(TICK_MS, () => now.stage !== '' && draw());
  const print = (kind: CommandEvent['kind'], text: string) => {
    erase();
    stderr.write(`${painted(printable(text), kind, color)}\n`);
  };
  return {
    say(event) {
      now = heard(now, event, clock.now());
      if (event.kind === 'data' || event.kind === 'result') {
        erase();
        stdout.write(lineOf(event.text));
      } else if (event.kind === 'progress' || event.kind === 'waiting') {
        if (clock.now() - drawnAt >= REDRAW_MS) draw();
      } else {
        const text = sentence(event);
        if (text !== undefined) print(event.kind, text);
      }
    },
    async close() {
      stop();
      erase();
    },
  };
}

const NO_ITEMS: Now['items'] = { noun: '', underWay: 0, settled: 0 };

function heard(now: Now, event: CommandEvent, at: number): Now {
  if (event.kind === 'stage') return { stage: event.stage, stageAt: at, progress: undefined, items: NO_ITEMS };
  if (event.kind === 'progress') return { ...now, stage: event.stage, progress: event };
  if (event.kind === 'result' || event.kind === 'error') return { ...now, stage: '' };
  return event.kind === 'item' ? { ...now, items: counted(now.items, event) } : now;
}

function counted({ underWay, settled }: Now['items'], { item, state }: ItemEvent): Now['items'] {
  if (state === 'begun') return { noun: item, underWay: underWay + 1, settled };
  return { noun: item, underWay: Math.max(0, underWay - 1), settled: settled + 1 };
}

/** `fill ██████░░░░░░ 45 % · 1,800 of 4,000 rows · 12 s`, below it the details. */
function block({ stage, stageAt, progress, items }: Now, at: number): string[] {
  const elapsed = formatDuration(at - stageAt);
  if (progress === undefined) return [`  ${stage} · ${elapsed}`];
  const { done, total, unit } = progress;
  const counts = `${formatCount(done)} of ${formatCount(total)} ${unit}`;
  const first = [`  ${stage} ${bar(done, total)} ${formatShare(done, total)}`, counts, elapsed];
  const parts = items.noun === '' ? [] : [`${items.noun}s: ${items.settled} done, ${items.underWay} under way`];
  const second = [...details(progress), ...parts];
  return second.length === 0 ? [first.join(' · ')] : [first.join(' · '), `  ${second.join(' · ')}`];
}

function bar(done: number, total: number): string {
  const full = total > 0 ? Math.min(BAR_WIDTH, Math.floor((BAR_WIDTH * done) / total)) : 0;
  return '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
}
