/** Groups of rules → the resource by which the Prometheus operator takes them: it reads no rule files. */
import type { RuleGroup } from './rule.ts';

/** `every`: how often rules are evaluated that do not say so themselves; the operator's own is 30 s, and pages would be late. */
export const prometheusRule = (groups: readonly RuleGroup[], every: string): object => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'segment-store' },
  spec: { groups: groups.map(({ name, interval = every, rules }) => ({ name, interval, rules })) },
});
