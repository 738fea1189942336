/** What was measured, side by side, for people; and everything, for programs. */
import { table } from '@segment-store/cli/table';
import type { Cost } from './cost.ts';
import type { Measured } from './measure.ts';
import type { ToolName } from './options.ts';
import type { Row } from './row.ts';

export type ByTool = readonly (readonly [ToolName, Measured])[];

const HEADINGS = [
  ...['phase', 'caller', 'tool', 'requests', 'wanted/s', 'achieved/s', 'p50', 'p75', 'p99', 'p99.9', 'max'],
  ...['sent p75', 'sent p99', 'lag p99', 'answers'],
];

/** Milliseconds; `sent`: from when it was sent, everything before that: from when it was due. */
export function tableOf(all: ByTool): string {
  const rows = all.flatMap(([tool, { rows }], order) => rows.map((row, index) => ({ tool, row, order, index })));
  // Lines of one phase and caller stand below each other.
  rows.sort((one, other) => one.index - other.index || one.order - other.order);
  return table(
    HEADINGS,
    rows.map(({ tool, row }) => cellsOf(tool, row)),
  );
}

function cellsOf(tool: ToolName, row: Row): readonly string[] {
  const { fromDue, fromSent } = row;
  const latencies = [fromDue.p50, fromDue.p75, fromDue.p99, fromDue.p999, fromDue.max, fromSent.p75, fromSent.p99];
  return [
    ...[row.phase, row.caller, tool, `${row.requests}`, row.wanted.toFixed(1), row.achieved.toFixed(1)],
    ...[...latencies, row.lagP99].map(milliseconds),
    Object.entries(row.statuses)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', '),
  ];
}

const milliseconds = (ms: number): string => (Number.isFinite(ms) ? ms.toFixed(2) : '–');

export function costLine(tool: ToolName, cost: Cost): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    `${tool}: the server took ${Math.round(cost.cpuMicrosPerRequest)} µs of CPU a request,`,
    `${Math.round(cost.residentMb)} MB;`,
    `${percent(cost.redisShare)} of requests went on to Redis, ${percent(cost.storeShare)} to the store,`,
    `${percent(cost.shedShare)} were refused`,
  ].join(' ');
}
