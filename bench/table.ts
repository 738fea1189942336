/** Rows as text for a terminal. A goal that is not met is a figure to report, not a failure of the run. */
import type { Row } from './ratio.ts';

export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ name, value, unit, baseline, ratio, goal, better, met }) => [
    name,
    `${value} ${unit}`,
    `${baseline} ${unit}`,
    `${ratio}`,
    `${better === 'lower' ? '≤' : '≥'} ${goal}`,
    met ? 'yes' : 'no',
  ]);
  const rates = aligned([['', 'value', 'baseline', 'ratio', 'goal', 'met'], ...cells]);
  return [
    ...rates.map((line) => line.trimEnd()),
    ...rows.flatMap(noted),
    ...rows.flatMap(beside),
    ...rows.flatMap(lines),
  ].join('\n');
}

function aligned(cells: readonly (readonly string[])[], between: string = '  '): readonly string[] {
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0))) ?? [];
  return cells.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(between));
}

const noted = ({ name, note }: Row): readonly string[] => (note === undefined ? [] : [`${name}: ${note}`]);
const beside = ({ name, beside }: Row): readonly string[] =>
  beside === undefined ? [] : [`${name}: ${JSON.stringify(beside)}`];

/** As Markdown, which a terminal shows well enough and a page takes as it is. */
function lines({ name, lines: all = [] }: Row): readonly string[] {
  const [first] = all;
  if (first === undefined) return [];
  const cells = aligned([Object.keys(first), ...all.map((line) => Object.values(line).map(String))], ' | ');
  const [head = '', ...rest] = cells.map((line) => `| ${line} |`);
  return [`${name}:`, '', head, head.replace(/[^|]/g, '-'), ...rest, ''];
}
