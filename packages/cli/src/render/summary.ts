/** GITHUB_STEP_SUMMARY: result first, at most 900 kB, as GitHub drops a summary above 1 MiB whole. */
import { appendFileSync, statSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import type { CommandEvent, Renderer, VerdictEvent } from '../event.ts';
import { formatCount } from './count.ts';
import { formatDuration } from './figure.ts';
import { printable } from './printable.ts';
import { failureText, progressText } from './wording.ts';

const MOST_BYTES = 900_000;
const MOST_ROWS = 500;

export interface SummaryOptions {
  readonly file: string;
  /** `segment-ingest load` */
  readonly title: string;
  /** Where the log of the step is. */
  readonly log?: string | undefined;
  readonly clock: Clock;
  onTrouble(text: string): void;
}

export function summary({ file, title, log, clock, onTrouble }: SummaryOptions): Renderer {
  const startedAt = clock.now();
  const heard: Heard = { verdicts: [], failed: [], warnings: [] };
  return {
    say: (event) => hear(heard, event),
    async close() {
      try {
        const text = markdown(title, heard, clock.now() - startedAt);
        appendFileSync(file, cut(text, MOST_BYTES - size(file), log));
      } catch (error) {
        onTrouble(`GITHUB_STEP_SUMMARY: ${error instanceof Error ? error.message : error}`);
      }
    },
  };
}

interface Heard {
  end?: Extract<CommandEvent, { kind: 'result' | 'error' }>;
  progress?: Extract<CommandEvent, { kind: 'progress' }>;
  readonly verdicts: VerdictEvent[];
  readonly failed: string[];
  readonly warnings: string[];
}

function hear(heard: Heard, event: CommandEvent): void {
  if (event.kind === 'result' || event.kind === 'error') heard.end = event;
  else if (event.kind === 'progress') heard.progress = event;
  else if (event.kind === 'verdict') heard.verdicts.push(event);
  else if (event.kind === 'warning') heard.warnings.push(event.text);
  else if (event.kind === 'item' && event.state === 'failed') heard.failed.push(failureText(event));
}

/** Earlier commands of the step wrote to the same file. */
const size = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function markdown(title: string, heard: Heard, ms: number): string {
  const { end, progress, verdicts, failed, warnings } = heard;
  const mark = end?.kind === 'result' ? '✅' : '❌';
  const how = end?.kind === 'error' ? `, exit code ${end.exitCode}` : '';
  const sections = [
    `## ${mark} ${cell(title)} · ${formatDuration(ms)}${how}\n`,
    fenced(end?.text ?? 'ended without a result'),
    progress === undefined ? '' : `${cell(progressText(progress))}\n`,
    table(['gate', 'figure', 'expected', 'verdict'], verdicts.map(verdictRow)),
    table(['rejected as', progress?.unit ?? ''], rejectedRows(progress?.rejected)),
    list('Failed', failed),
    list('Warnings', warnings),
  ];
  return `${sections.filter(Boolean).join('\n')}\n`;
}

const verdictRow = ({ gate, figure, limit, passed, overriddenBy }: VerdictEvent): string[] => [
  gate,
  figure,
  limit,
  overriddenBy === undefined ? (passed ? 'passed' : '❌ refused') : `overridden by ${overriddenBy}`,
];

const rejectedRows = (rejected: Readonly<Record<string, number>> = {}): string[][] =>
  Object.entries(rejected).map(([reason, count]) => [reason, formatCount(count)]);

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const lines = [headings, headings.map(() => '---'), ...rows.slice(0, MOST_ROWS).map((row) => row.map(cell))];
  return `${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n${left(rows.length)}`;
}

function list(heading: string, texts: readonly string[]): string {
  if (texts.length === 0) return '';
  const items = texts.slice(0, MOST_ROWS).map((text) => `- ${cell(text)}\n`);
  return `### ${heading}: ${formatCount(texts.length)}\n\n${items.join('')}${left(texts.length)}`;
}

const left = (count: number): string =>
  count > MOST_ROWS ? `\n… and ${formatCount(count - MOST_ROWS)} more: see the log of this step\n` : '';

/** One line that is not taken for Markdown or HTML. */
const cell = (text: string): string =>
  printable(text)
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_[\]|~#]/g, '\\$&');

function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${printable(text)}\n${fence}\n`;
}

/** At most `bytes` of UTF-8, whole lines, with a note where the rest would be. */
function cut(text: string, bytes: number, log = 'the log of this step'): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const note = `\n\n… cut: a summary may hold 900 kB. The rest: ${log}\n`;
  const room = Math.max(0, bytes - Buffer.byteLength(note));
  const kept = Buffer.from(text).subarray(0, room).toString();
  return kept.slice(0, kept.lastIndexOf('\n') + 1) + note;
}
