/** Objectives and alerts → what Datadog's API takes: SLOs, and monitors of them and of the rest. */
import { type Asked, DATADOG_MONITORS } from './datadog-monitors.ts';
import { type Burn, type Objective, runBookOf, type Window } from './objectives.ts';

/** What of a rule is the same everywhere. */
export interface Called {
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

/** For `POST /api/v1/monitor`; the id of an SLO is only known once that is made: `<segments-availability>`. */
export function datadogMonitors(objectives: readonly Objective[], alerts: readonly Called[]): readonly object[] {
  const burns = objectives.flatMap((objective) => objective.burns.map((burn) => burnMonitor(objective, burn)));
  const asked = alerts.flatMap((called) => {
    const found = DATADOG_MONITORS[called.alert];
    return found === undefined ? [] : [monitor(called, found)];
  });
  return [...burns, ...asked];
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

const monitor = (called: Called, asked: Asked): object => described(called, called.alert, asked);

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
