/** For people: results on stdout, all else on stderr; one redrawn progress line on a terminal, a rare one in a log. */

import type { CommandEvent, Say, Streams } from '../event.ts';
import { formatCount } from './count.ts';

const REDRAW_MS = 100;
const LOG_MS = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

export function terminal({ stdout, stderr }: Streams, now: () => number): Say {
  const redraws = stderr.isTTY === true;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawn = false;
  const print = (text: string) => {
    stderr.write(`${drawn ? CLEAR_LINE : ''}${text}\n`);
    drawn = false;
  };
  const progress = (text: string) => {
    if (now() - drawnAt < (redraws ? REDRAW_MS : LOG_MS)) return;
    drawnAt = now();
    if (!redraws) return print(text);
    stderr.write(CLEAR_LINE + text);
    drawn = true;
  };
  return (event) => {
    if (event.kind === 'progress') return progress(`  ${describe(event)}`);
    if (event.kind !== 'result') return print(sentence(event));
    if (drawn) stderr.write(CLEAR_LINE);
    drawn = false;
    stdout.write(`${event.text}\n`);
  };
}

function sentence(event: Exclude<CommandEvent, { kind: 'progress' | 'result' }>): string {
  if (event.kind === 'stage') return event.detail === undefined ? event.stage : `${event.stage}: ${event.detail}`;
  return event.kind === 'note' ? event.text : `${event.kind}: ${event.text}`;
}

function describe({ stage, done, total, unit }: Extract<CommandEvent, { kind: 'progress' }>): string {
  const percent = total > 0 ? ` (${Math.floor((100 * done) / total)} %)` : '';
  return `${stage}: ${formatCount(done)} of ${formatCount(total)} ${unit}${percent}`;
}
