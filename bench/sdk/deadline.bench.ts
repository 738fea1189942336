/** How far beyond its deadline the last of a thousand calls settles, all about somebody never seen, in the worst fault. */
import { percentile } from '../percentile.ts';
import { toRow, withFigures } from '../ratio.ts';
import { report } from '../report.ts';
import { type Cell, measureCell } from './caller/cell.ts';
import { BUDGET_MS } from './caller/contenders.ts';
import type { FaultName } from './caller/faults.ts';
import { scale } from './caller/scale.ts';

const FAULTS: readonly FaultName[] = [
  'slow',
  'errors-50',
  'errors-100',
  'blackhole',
  'drip',
  'reset',
  'cut-answers',
  'restart',
];

const lines: { readonly fault: FaultName; readonly over: number; readonly cell: Cell }[] = [];
for (const fault of FAULTS) {
  const cell = await measureCell('ours', fault, { ...scale.cold, allCold: true });
  lines.push({ fault, over: percentile(cell.cold, 0.999) - BUDGET_MS, cell });
}
const worst = Math.max(...lines.map(({ over }) => over));
const row = toRow(
  { name: 'caller-p999-over-deadline-ms', unit: 'ms', goal: 10 },
  { value: worst, baseline: 1, ratio: worst },
);
const lag = Math.max(...lines.map(({ cell }) => cell.lagMs));
report({ ...withFigures(row, { lagP999Ms: lag }), lines: lines.map(toLine) });

function toLine({ fault, over, cell: { cold, coldGot, requests, lagMs } }: (typeof lines)[number]) {
  return {
    fault,
    calls: cold.length,
    'p50 ms': rounded(percentile(cold, 0.5)),
    'p999 over deadline': rounded(over),
    'worst ms': rounded(Math.max(...cold)),
    fresh: coldGot.fresh,
    fallback: coldGot.fallback,
    'nothing in time': coldGot.nothing,
    'requests/call': rounded(requests / cold.length),
    'lag p999 ms': rounded(lagMs),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
