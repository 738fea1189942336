/** Objectives and alerts → what Datadog's API takes: SLOs, and monitors of them and of the rest. */
import { type Asked, DATADOG_MONITORS } from './datadog-monitors.ts';
import { runBookOf } from './hosts.ts';
import type { Burn, Objective, Window } from './objectives.ts';
import type { RuleGroup } from './rule.ts';

/** What of a rule is the same everywhere. */
interface Called {
  readonly alert: string;
  readonly severity: string;
  readonly service: string;
  /** Seen in Slack alone. */
  readonly isTrial: boolean;
}

/** For `POST /api/v1/slo`, one after the other. */
export const datadogSlos = (objectives: readonly Objective[]): readonly object[] =>
  objectives.map(({ name, target, datadog }) => ({
    name: sloName(name),
    type: 'metric',
    description: `Made from scripts/slo/objectives.ts; import not tested`,
    query: { numerator: datadog.good, denominator: datadog.total },
    thresholds: [{ timeframe: '30d', target: percent(target) }],
    tags: ['team:segments', 'service:segment-server'],
  }));

/**
 * For `POST /api/v1/monitor`; the id of an SLO is only known once that is made: `<segments-availability>`. `groups`: rules
 * that people write.
 */
export function datadogMonitors(objectives: readonly Objective[], groups: readonly RuleGroup[]): readonly object[] {
  const burns = objectives.flatMap((objective) => objective.burns.map((burn) => burnMonitor(objective, burn)));
  return [...burns, ...calledBy(groups).flatMap(monitor)];
}

/** An alert with a limit for each severity is several, as it is in Datadog. */
function calledBy(groups: readonly RuleGroup[]): readonly Called[] {
  const called = groups
    .flatMap(({ rules }) => rules)
    .flatMap(({ alert, labels = {} }): readonly Called[] => {
      const { severity = '', service = '', stage } = labels;
      return alert === undefined ? [] : [{ alert, severity, service, isTrial: stage === 'trial' }];
    });
  return [...new Map(called.map((one) => [`${one.alert} ${one.severity}`, one])).values()];
}

const sloName = (name: string): string => `segments-${name.replaceAll('_', '-')}`;
const percent = (target: number): number => Number((target * 100).toPrecision(6));

/** The short one is a twelfth, as Datadog wants it, and the long one two days at most. */
const LONG: Readonly<Partial<Record<Window, readonly [long: string, short: string]>>> = {
  '1h': ['1h', '5m'],
  '6h': ['6h', '30m'],
  '1d': ['24h', '2h'],
  '3d': ['48h', '4h'],
};

function burnMonitor({ name, alert, target }: Objective, { factor, long, severity }: Burn): object {
  const [longWindow, shortWindow] = LONG[long] ?? ['', ''];
  // With everything bad a budget burns no faster than this.
  const critical = Math.min(factor, 1 / (1 - target));
  const query = `burn_rate("<${sloName(name)}>").over("30d").long_window("${longWindow}").short_window("${shortWindow}") > ${critical}`;
  const called = { alert, severity, service: 'segment-server', isTrial: false };
  return described(called, `${alert} ${longWindow}`, { type: 'slo alert', query, critical });
}

function monitor(called: Called): readonly object[] {
  const [own, shared] = [`${called.alert} ${called.severity}`, called.alert];
  const [name, asked] = own in DATADOG_MONITORS ? [own, DATADOG_MONITORS[own]] : [shared, DATADOG_MONITORS[shared]];
  return asked === undefined ? [] : [described(called, name, asked)];
}

interface Query extends Omit<Asked, 'type'> {
  readonly type: Asked['type'] | 'slo alert';
}

function described(called: Called, name: string, { type, query, critical, noDataMinutes }: Query): object {
  const { alert, severity, service, isTrial } = called;
  const pages = severity === 'page' && !isTrial;
  return {
    name,
    type,
    query,
    message: `Run-book: ${runBookOf(alert)} @slack-segment-store${pages ? ' @pagerduty-segments' : ''}`,
    tags: ['team:segments', `service:${service}`, `severity:${severity}`],
    priority: severity === 'page' ? 1 : severity === 'ticket' ? 3 : 5,
    options: {
      thresholds: { critical },
      include_tags: true,
      notify_no_data: noDataMinutes !== undefined,
      ...(noDataMinutes !== undefined && { no_data_timeframe: noDataMinutes }),
    },
  };
}
