/** What a calculation says at its end. */
import type { CommandEvent } from '@segment-store/cli/event';
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
  const reasons = Object.entries(orders.excluded).map(([reason, lines]) => `${grouped(lines)} ${reason}`);
  const later = orders.later === 0 ? '' : `; ${grouped(orders.later)} not before ${calculation.asOf}`;
  const text = [
    `${grouped(orders.lines)} order lines, ${grouped(excludedLines(orders))} excluded (${reasons.join(', ')})${later}`,
    `${grouped(totals.segments)} segments, ${grouped(orders.customers)} customers, ` +
      `${grouped(totals.memberships)} memberships in ${manifest.parts.length} parts, ${seconds.toFixed(1)} s`,
    `run ${manifest.run} in ${folder}`,
  ].join('\n');
  const definitions = calculation.definitions.map((each) => {
    return { key: each.key, version: each.version, hash: definitionHash(each) };
  });
  const data = { run: manifest.run, folder, asOf: calculation.asOf, orders, totals, definitions, seconds };
  return { kind: 'result', text, data };
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}
