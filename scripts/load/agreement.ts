/** Whether two tools say the same of the same servers. */
import type { Row } from './row.ts';

/** Of the achieved rate, from 0 to 1. */
const RATE = 0.02;
const P75_MS = 2;

export interface Verdict {
  readonly what: 'achieved rate' | 'p75';
  /** How far they are apart. */
  readonly figure: string;
  readonly limit: string;
  readonly passed: boolean;
}

/** Of the usual caller in all phases together. @throws RangeError where one of them has no such row */
export function agreement(one: readonly Row[], other: readonly Row[]): readonly Verdict[] {
  const [first, second] = [usual(one), usual(other)];
  const rate = Math.abs(first.achieved - second.achieved) / Math.max(first.achieved, second.achieved);
  const ms = Math.abs(first.fromDue.p75 - second.fromDue.p75);
  return [
    { what: 'achieved rate', figure: `${(100 * rate).toFixed(2)} %`, limit: `${100 * RATE} %`, passed: rate <= RATE },
    { what: 'p75', figure: `${ms.toFixed(2)} ms`, limit: `${P75_MS} ms`, passed: ms <= P75_MS },
  ];
}

function usual(rows: readonly Row[]): Row {
  const row = rows.findLast(({ caller }) => caller === 'usual');
  if (row === undefined) throw new RangeError('nothing was asked by the usual caller');
  return row;
}
