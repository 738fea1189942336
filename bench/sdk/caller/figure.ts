/** All cells as one table: what a caller experiences, a line for each fault and contender. */

import { percentile } from '../../percentile.ts';
import { WAIT_MS } from './caller.ts';
import type { Cell } from './cell.ts';
import type { Contender } from './contenders.ts';
import type { FaultName } from './faults.ts';

export interface Measured {
  readonly fault: FaultName;
  readonly contender: Contender;
  /** A cell for each round. */
  readonly rounds: readonly Cell[];
}

type Line = Readonly<Record<string, number | string>>;

export function figure(measured: readonly Measured[]): readonly Line[] {
  return measured.map(({ fault, contender, rounds }) => {
    const [warm, cold] = [rounds.flatMap((cell) => cell.warm), rounds.flatMap((cell) => cell.cold)];
    const calls = warm.length + cold.length;
    const part = (got: keyof Cell['got']) => percent(sum(rounds, (cell) => cell.got[got]) / calls);
    return {
      fault,
      caller: contender,
      'p50 warm': shown(percentile(warm, 0.5)),
      'p50 cold': shown(percentile(cold, 0.5)),
      'p99 warm': shown(percentile(warm, 0.99)),
      'p99 cold': shown(percentile(cold, 0.99)),
      'worst ms': shown(Math.max(...warm, ...cold)),
      'fresh %': part('fresh'),
      'stale %': part('stale'),
      'fallback %': part('fallback'),
      'nothing in time %': part('nothing'),
      'of cold: fresh %': percent(sum(rounds, (cell) => cell.coldGot.fresh) / cold.length),
      'requests/call': Number((sum(rounds, (cell) => cell.requests) / calls).toFixed(2)),
    };
  });
}

export const sum = <T>(all: readonly T[], figureOf: (one: T) => number): number =>
  all.reduce((total, one) => total + figureOf(one), 0);

const percent = (part: number): number => Number((part * 100).toFixed(1));

function shown(ms: number): number | string {
  return Number.isFinite(ms) ? Number(ms.toPrecision(3)) : `> ${WAIT_MS}`;
}
