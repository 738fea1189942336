/** Objectives → Prometheus's rules: how much is bad over each window, and who is called when too much is. */
import { dashboardOf, runBookOf } from './hosts.ts';
import { type Burn, type Objective, type Window, windowSeconds } from './objectives.ts';
import type { Rule, RuleGroup } from './rule.ts';

/** Counted anew each time; what is longer is averaged from the first of them, every two minutes. */
const COUNTED: readonly Window[] = ['5m', '30m', '1h'];
const AVERAGED: readonly Window[] = ['2h', '6h', '1d', '3d'];

export const burnGroups = (objectives: readonly Objective[]): readonly RuleGroup[] => [
  {
    name: 'segment-slo',
    rules: objectives.flatMap((one) => [...COUNTED.flatMap((window) => recorded(one, window)), ...alertsOf(one)]),
  },
  {
    name: 'segment-slo-slow',
    interval: '2m',
    rules: objectives.flatMap((one) => [...AVERAGED.flatMap((window) => recorded(one, window)), budgetLeft(one)]),
  },
];

/** `segment:availability:bad_ratio_5m` */
const series = ({ name }: Objective, what: string, window: Window): string => `segment:${name}:${what}_${window}`;

function recorded(objective: Objective, window: Window): readonly Rule[] {
  const rate = (what: 'bad' | 'total') =>
    COUNTED.includes(window)
      ? objective[what].replaceAll('RANGE', `[${window}]`)
      : `avg_over_time(${series(objective, `${what}_rate`, '5m')}[${window}])`;
  const [bad, total] = [series(objective, 'bad_rate', window), series(objective, 'total_rate', window)];
  return [
    { record: bad, expr: rate('bad') },
    { record: total, expr: rate('total') },
    { record: series(objective, 'bad_ratio', window), expr: `${bad} / ${total}` },
  ];
}

const alertsOf = (objective: Objective): readonly Rule[] => objective.burns.map((burn) => burnAlert(objective, burn));

/** No `for`: the short window is the patience. */
function burnAlert(objective: Objective, burn: Burn): Rule {
  const { alert, summary, atLeast } = objective;
  const { long, short, severity } = burn;
  const limit = limitOf({ objective, burn });
  const [inLong, inShort] = [series(objective, 'bad_ratio', long), series(objective, 'bad_ratio', short)];
  const events = `${series(objective, 'bad_rate', short)} * ${windowSeconds[short]} >= ${atLeast}`;
  return {
    alert,
    expr: `${inLong} > ${limit} and ${inShort} > ${limit} and ${events}`,
    labels: { severity, team: 'segments', service: 'segment-server', window: long },
    annotations: {
      summary: `${summary} (${long})`,
      runbook_url: runBookOf(alert),
      dashboard_url: dashboardOf('segments-overview'),
    },
  };
}

/** The share of bad events above which a budget is spent so many times too fast. */
export function limitOf({ objective, burn }: { readonly objective: Objective; readonly burn: Burn }): number {
  return Number((burn.factor * (1 - objective.target)).toPrecision(6));
}

/** Of 30 days: 1 is all of it, below 0 it is overdrawn. */
function budgetLeft(objective: Objective): Rule {
  const over30Days = (what: string) => `avg_over_time(${series(objective, what, '5m')}[30d])`;
  const budget = Number((1 - objective.target).toPrecision(6));
  return {
    record: `segment:${objective.name}:budget_left_30d`,
    expr: `1 - ${over30Days('bad_rate')} / ${over30Days('total_rate')} / ${budget}`,
  };
}
