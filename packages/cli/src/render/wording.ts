/** One wording for terminal and log. */
import type { CommandEvent, ItemEvent, ProgressEvent, VerdictEvent } from '../event.ts';
import { formatCount } from './count.ts';
import { formatBytes, formatDuration, formatShare } from './figure.ts';
import { printable } from './printable.ts';

/** `load: 1,000 of 4,000 rows (25 %), 500 rows/s, 6 s left, 1.0 of 4.0 MB, 3 rejected` */
export function progressText(event: ProgressEvent): string {
  const { stage, done, total, unit } = event;
  const share = total > 0 ? ` (${formatShare(done, total)})` : '';
  const first = `${stage}: ${formatCount(done)} of ${formatCount(total)} ${unit}${share}`;
  return [first, ...details(event)].join(', ');
}

/** What else there is to say, each on its own. */
export function details({ unit, perSecond, etaMs, bytes, rejected = {}, figures = {} }: ProgressEvent): string[] {
  const lost = sum(rejected);
  return [
    ...(perSecond === undefined ? [] : [`${formatCount(perSecond)} ${unit}/s`]),
    ...(etaMs === undefined ? [] : [`${formatDuration(etaMs)} left`]),
    ...(bytes === undefined ? [] : [bytesText(bytes)]),
    ...(lost === 0 ? [] : [`${formatCount(lost)} rejected`]),
    ...Object.entries(figures).map(figureText),
  ];
}

function bytesText({ done, total }: NonNullable<ProgressEvent['bytes']>): string {
  return total === undefined ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(total)}`;
}

/** `inFlightBytes` 2,000,000 → `2.0 MB in flight`; `retries` 3 → `3 retries`. */
function figureText([name, value]: [string, number]): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).split(' ');
  const unit = words.at(-1);
  if (unit === 'bytes') return `${formatBytes(value)} ${words.slice(0, -1).join(' ')}`;
  if (unit === 'ms') return `${formatDuration(value)} ${words.slice(0, -1).join(' ')}`;
  return `${formatCount(value)} ${words.join(' ')}`;
}

type Sentence = Exclude<CommandEvent, { kind: 'progress' | 'data' | 'result' | 'waiting' }>;

/** Undefined for what needs no line of its own: parts that went well, gates that passed, or refuse: the error names those. */
export function sentence(event: Sentence): string | undefined {
  switch (event.kind) {
    case 'stage':
      return event.detail === undefined ? event.stage : `${event.stage}: ${event.detail}`;
    case 'item':
      return event.state === 'failed' ? `warning: ${failureText(event)}` : undefined;
    case 'verdict':
      return event.overriddenBy === undefined ? undefined : `warning: ${verdictText(event)}`;
    case 'note':
      return event.text;
    default:
      return `${event.kind}: ${event.text}`;
  }
}

export const failureText = ({ item, name, failure }: ItemEvent): string =>
  `${item} ${name} failed${failure === undefined ? '' : `: ${failure.text} (${failure.code})`}`;

export const verdictText = ({ gate, figure, limit, overriddenBy }: VerdictEvent): string =>
  `gate ${gate}: ${figure}, expected ${limit}; overridden by ${overriddenBy}`;

export const sum = (figures: Readonly<Record<string, number>>): number =>
  Object.values(figures).reduce((total, one) => total + one, 0);

/** Of what was asked for; a result whose data stood in lines before has none of its own. */
export const lineOf = (text: string): string => (text === '' ? '' : `${printable(text)}\n`);
