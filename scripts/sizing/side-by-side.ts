/** What of `deploy/load/README.md` is generated: both tools side by side, as the measured run saw them. */
import type { Verdict } from '../load/agreement.ts';
import type { Row } from '../load/row.ts';
import { filled, markdown } from './places.ts';
import { RUNS } from './runs.ts';

export interface KeptRow extends Omit<Row, 'histogram'> {
  readonly tool: string;
}

/** One load of the measured run; the newest of each name is kept. */
export interface Kept {
  readonly at: string;
  /** Cores, and how busy the machine was before. */
  readonly on: string;
  readonly perSecond: number;
  readonly verdicts: readonly Verdict[];
  readonly rows: readonly KeptRow[];
  /** Why there is no row. */
  readonly complaint?: string;
}
export type KeptRuns = Readonly<Record<string, Kept | undefined>>;

const FILE = 'deploy/load/README.md';
const UNKNOWN = '–';

export function withLoads(page: string, kept: KeptRuns): string {
  return filled(filled(page, ['agreement', verdictTable(kept)], FILE), ['loads', loadTable(kept)], FILE);
}

function verdictTable(kept: KeptRuns): string {
  const rows = RUNS.filter((run) => run.with === 'both').map(({ name, latencyMs }) => {
    const found = kept[name];
    const figures = found?.verdicts.flatMap(({ figure, passed }) => [figure, passed ? 'yes' : '**no**']) ?? [];
    const cells = figures.length === 4 ? figures : [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN];
    return [`\`${name}\``, latencyMs === 0 ? '' : `${latencyMs} ms`, ...cells, whereOf(found)];
  });
  const headings = ['load', 'injected', 'achieved rates apart', '≤ 2 %', 'p75 apart', '≤ 2 ms', 'measured'];
  return markdown(headings, rows);
}

function whereOf(found: Kept | undefined): string {
  if (found === undefined) return 'never';
  return found.complaint ?? `${found.at.slice(0, 16).replace('T', ' ')}, ${found.on}`;
}

const HEADINGS = [
  ...['load', 'phase', 'caller', 'tool', 'wanted/s', 'achieved/s', 'p50', 'p75', 'p99', 'p99.9', 'max'],
  ...['sent p99', 'lag p99', 'answers'],
];

function loadTable(kept: KeptRuns): string {
  const rows = RUNS.flatMap(({ name }) => byPhase(kept[name]?.rows ?? []).map((row) => [`\`${name}\``, ...cells(row)]));
  return markdown(HEADINGS, rows);
}

/** Rows of one phase and caller below each other. */
function byPhase(rows: readonly KeptRow[]): readonly KeptRow[] {
  const places = [...new Set(rows.map(placeOf))];
  return rows.toSorted((one, other) => places.indexOf(placeOf(one)) - places.indexOf(placeOf(other)));
}

const placeOf = ({ phase, caller }: KeptRow): string => `${phase} ${caller}`;

function cells(row: KeptRow): readonly string[] {
  const { fromDue, fromSent, statuses } = row;
  const times = [fromDue.p50, fromDue.p75, fromDue.p99, fromDue.p999, fromDue.max, fromSent.p99, row.lagP99];
  const answers = Object.entries(statuses).map(([status, count]) => `${status}: ${count}`);
  return [
    ...[row.phase, row.caller, row.tool, row.wanted.toFixed(0), row.achieved.toFixed(1)],
    ...times.map((ms) => (typeof ms === 'number' && Number.isFinite(ms) ? ms.toFixed(1) : UNKNOWN)),
    answers.join(', '),
  ];
}
