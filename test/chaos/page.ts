/** The tables of `docs/chaos.md`: of faults as they are defined, of figures as the last run wrote them. */
import { PROMISES } from './check.ts';
import { type Bounds, boundsOf } from './fault.ts';
import { FAULTS } from './faults.ts';
import type { Results } from './results.ts';
import { COLUMNS, cellsOf, percent } from './rows.ts';

const NOT_YET = '–';

/** Everything between `<!-- name -->` and `<!-- /name -->` anew; the rest is written by people. */
export function withTables(page: string, results: Results): string {
  const tables = { run: runLine(results), results: figures(results), verdicts: verdicts(results), faults: faults() };
  return Object.entries(tables).reduce((text, [name, table]) => {
    const [open, close] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
    const [from, to] = [text.indexOf(open), text.indexOf(close)];
    if (from === -1 || to === -1) throw new Error(`the page has no place for ${name}: ${open}${close}`);
    return text.slice(0, from + open.length) + table + text.slice(to);
  }, page);
}

function runLine({ startedAt, machine, seconds, lookupsPerSecond }: Results): string {
  if (startedAt === null) return 'Not run yet: figures are missing.';
  return `Run at ${startedAt} on ${machine}: ${seconds} s, ${lookupsPerSecond} questions a second.`;
}

function figures({ rows }: Results): string {
  const cells = FAULTS.map(({ name }) => {
    const row = rows.find(({ fault }) => fault === name);
    return row === undefined ? [name, ...COLUMNS.slice(1).map(() => NOT_YET)] : cellsOf(row);
  });
  return markdown(COLUMNS, cells);
}

function verdicts({ verdicts: all }: Results): string {
  const cells = PROMISES.map(({ name, says }) => {
    const verdict = all.find((one) => one.name === name);
    return [says, `${verdict?.judged ?? NOT_YET}`, `${verdict?.violations ?? NOT_YET}`];
  });
  return markdown(['promise', 'judged', 'violations'], cells);
}

const faults = (): string =>
  markdown(
    ['fault', 'what is done', 'what is promised', 'at most'],
    FAULTS.map((fault) => [fault.name, fault.does, fault.promises, boundsText(boundsOf(fault))]),
  );

const boundsText = ({ failing, worstMs, wellWithinSeconds }: Bounds): string =>
  `${percent(failing)} fail, ${worstMs} ms, well after ${wellWithinSeconds} s`;

function markdown(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [columns, columns.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
