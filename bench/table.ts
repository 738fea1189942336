/** Rows as text for a terminal. A goal that is not met is a figure to report, not a failure of the run. */
import type { Row } from './ratio.ts';

export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, value, unit, baseline, ratio, goal, better, met }) => [
    name,
    `${value} ${unit}`,
    `${baseline} ${unit}`,
    `${ratio}`,
    `${better === 'lower' ? '≤' : '≥'} ${goal}`,
    met ? 'yes' : 'no',
  ]);
  const cells = [['', 'value', 'baseline', 'ratio', 'goal', 'met'], ...lines];
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0))) ?? [];
  const text = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...text, ...rows.flatMap(noted), ...rows.flatMap(beside)].join('\n');
}

const noted = ({ name, note }: Row): readonly string[] => (note === undefined ? [] : [`${name}: ${note}`]);
const beside = ({ name, beside }: Row): readonly string[] =>
  beside === undefined ? [] : [`${name}: ${JSON.stringify(beside)}`];
