/** What must be measured of a customer's orders so that every definition can be decided: equal measures once. */
import type { Condition, Definition } from '@segment-store/contract/definition';
import { type Day, lastDays } from '@segment-store/contract/window';
import { featureColumn, instant } from './engine/forms.ts';

export interface FeaturePlan {
  /** Aggregates over the orders of one customer at one value. */
  readonly measures: readonly string[];
  /** By definition, in order: when a customer belongs to its segment. */
  readonly conditions: readonly string[];
}

export function planFeatures(definitions: readonly Definition<Condition>[], asOf: Day): FeaturePlan {
  const measures: string[] = [];
  const columnOf = (measure: string): string => {
    if (!measures.includes(measure)) measures.push(measure);
    return featureColumn(measures.indexOf(measure));
  };
  const conditions = definitions.map(({ when, timeZone }) =>
    toCondition(when, windowOf(when, asOf, timeZone), columnOf),
  );
  return { measures, conditions };
}

interface Bounds {
  readonly from: string;
  readonly to: string;
}

function windowOf(when: Condition, asOf: Day, timeZone: string): Bounds {
  const days = when.leaf === 'lastOrder' ? when.olderThanDays : when.withinDays;
  const { from, to } = lastDays(days, asOf, timeZone);
  return { from: instant(from), to: instant(to) };
}

function toCondition(when: Condition, { from, to }: Bounds, columnOf: (measure: string) => string): string {
  const before = `FILTER (WHERE ordered_at < ${to})`;
  switch (when.leaf) {
    case 'orderCount':
      return `${columnOf(`count(*) FILTER (WHERE ordered_at >= ${from} AND ordered_at < ${to})`)} >= ${when.atLeast}`;
    case 'firstOrder':
      return `${columnOf(`min(ordered_at) ${before}`)} >= ${from}`;
    case 'lastOrder':
      return `${columnOf(`max(ordered_at) ${before}`)} < ${from}`;
  }
}
