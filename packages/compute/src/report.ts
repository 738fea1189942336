/** What a calculation says at its end. */

import type { CommandEvent } from '@segment-store/cli/event';
import { formatCount } from '@segment-store/cli/render/count';
import { definitionHash } from '@segment-store/contract/definition';
import type { Calculated, Calculation } from './calculate.ts';
import { excludedLines } from './orders.ts';

export interface Circumstances {
  readonly calculation: Calculation;
  readonly folder: string;
  readonly seconds: number;
}

export function report(
  { orders, manifest }: Calculated,
  { calculation, folder, seconds }: Circumstances,
): CommandEvent {
  const { totals } = manifest;
  const reasons = Object.entries(orders.excluded).map(([reason, lines]) => `${formatCount(lines)} ${reason}`);
  const later = orders.later === 0 ? '' : `; ${formatCount(orders.later)} not before ${calculation.asOf}`;
  const text = [
    `${formatCount(orders.lines)} order lines, ${formatCount(excludedLines(orders))} excluded (${reasons.join(', ')})${later}`,
    `${formatCount(totals.segments)} segments, ${formatCount(orders.customers)} customers, ` +
      `${formatCount(totals.memberships)} memberships in ${manifest.parts.length} parts, ${seconds.toFixed(1)} s`,
    `run ${manifest.run} in ${folder}`,
  ].join('\n');
  const definitions = calculation.definitions.map((each) => {
    return { key: each.key, version: each.version, hash: definitionHash(each) };
  });
  const data = { run: manifest.run, folder, asOf: calculation.asOf, orders, totals, definitions, seconds };
  return { kind: 'result', text, data };
}
