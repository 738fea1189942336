/** The day as rows: what failed, and how slow it was at worst. */
import { type Row, toRow, withFigures } from '../../ratio.ts';
import { callers } from './callers.ts';
import type { Line } from './tally.ts';
import { type Happening, phases } from './timetable.ts';

/** No request may fail. */
const FAILED = { name: 'day-failed-critical', unit: 'requests', goal: 0 };
/** Of what a bare server beside it needs in the same seconds. */
const WORST = { name: 'day-worst-p99-ms', unit: 'ms', goal: 3 };

export function failedRow(lines: readonly Line[], figures: Readonly<Record<string, number>>): Row {
  const seen = lines.filter(({ standing }) => standing === 'seen');
  const critical = seen.filter(({ caller }) => caller === 'critical');
  const [value, baseline] = [sum(critical, failed), sum(critical, requests)];
  const never = during(lines, 'store-dead').filter(({ standing }) => standing !== 'seen');
  const row = toRow(FAILED, { value, baseline, ratio: value / baseline });
  return {
    ...withFigures(row, {
      wrong: sum(lines, ended('wrong')),
      'normal failed': sum(of(seen, 'normal'), failed),
      'best-effort failed': sum(of(seen, 'best-effort'), failed),
      'never seen, store dead': sum(never, requests),
      'of them 503 in time': sum(never, ended('503 store-unavailable')),
      'of them 200': sum(never, ended('200')),
      'of them late': sum(never, ended('late')),
      'abusive 429': sum(of(lines, 'abusive'), ended('429 rate-limited')),
      ...figures,
    }),
    lines: table(lines),
  };
}

/** Beside it: the worst of each phase, ours and the baseline's. */
export function worstRow(lines: readonly Line[]): Row {
  const each = phases.map(({ name }) => {
    const [own, bare] = ['critical', 'bare'].map((caller) => worstOf(of(during(lines, name), caller)));
    return { name, value: own ?? Number.NaN, baseline: bare ?? Number.NaN };
  });
  const worst = each.reduce((most, one) => (one.value > most.value ? one : most));
  const { value, baseline } = worst;
  const figures = each.flatMap((one) => [
    [`${one.name} ours`, one.value],
    [`${one.name} bare`, one.baseline],
  ]);
  const note = `the worst phase: ${worst.name}`;
  return {
    ...withFigures(toRow(WORST, { value, baseline, ratio: value / baseline }), Object.fromEntries(figures)),
    note,
  };
}

/** A line for each phase and caller. */
function table(lines: readonly Line[]): NonNullable<Row['lines']> {
  return phases.flatMap(({ name: phase }) =>
    callers.flatMap((caller) => {
      const own = of(during(lines, phase), caller);
      if (own.length === 0) return [];
      const [seen, others] = [own.filter(isSeen), own.filter((line) => !isSeen(line))];
      return [
        {
          phase,
          caller,
          seen: sum(seen, requests),
          outcomes: outcomesOf(seen),
          'worst p99 ms': rounded(worstOf(seen)),
          'never seen': sum(others, requests),
          'their outcomes': outcomesOf(others),
          'slowest ms': rounded(Math.max(0, ...others.map(({ max }) => max))),
        },
      ];
    }),
  );
}

const isSeen = ({ standing }: Line): boolean => standing === 'seen';
const of = (lines: readonly Line[], caller: string) => lines.filter((line) => line.caller === caller);
const during = (lines: readonly Line[], phase: Happening) => lines.filter((line) => line.phase === phase);
const sum = (lines: readonly Line[], figure: (line: Line) => number) =>
  lines.reduce((total, line) => total + figure(line), 0);
const requests = (line: Line): number => line.requests;
const ended =
  (outcome: string) =>
  ({ outcomes }: Line): number =>
    outcomes[outcome] ?? 0;
const failed = (line: Line): number => line.requests - ended('200')(line);
/** Of customers that had been answered for. */
const worstOf = (lines: readonly Line[]): number =>
  Math.max(0, ...lines.filter(isSeen).map(({ worstP99 }) => worstP99));
const rounded = (value: number): number => Number(value.toPrecision(3));

function outcomesOf(lines: readonly Line[]): string {
  const names = [...new Set(lines.flatMap(({ outcomes }) => Object.keys(outcomes)))].toSorted();
  return names.map((name) => `${name}: ${sum(lines, ended(name))}`).join(', ');
}
