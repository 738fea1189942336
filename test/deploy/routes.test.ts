/** deploy/alertmanager: who hears of which alert. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ALERTMANAGER, allAlerts, amtool } from './alerts.ts';

const alerts = await allAlerts();
const config: Config = parse(await readFile(ALERTMANAGER, 'utf8'));

interface Config {
  readonly route: Route & { readonly routes: readonly Route[] };
  readonly inhibit_rules: readonly {
    readonly source_matchers: readonly string[];
    readonly target_matchers: readonly string[];
  }[];
}
interface Route {
  readonly matchers?: readonly string[];
  readonly group_by?: readonly string[];
  readonly group_wait?: string;
}

async function receiversOf(labels: Readonly<Record<string, string>>): Promise<string> {
  const given = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return (await amtool('config', 'routes', 'test', `--config.file=${ALERTMANAGER}`, ...given)).trim();
}

test('amtool takes it', async () => {
  expect(await amtool('check-config', ALERTMANAGER)).toContain('SUCCESS');
});

test.each([
  ['SegmentServersDown', 'pagerduty,slack'],
  ['SegmentProbeFailing', 'pagerduty,slack'],
  ['SegmentAvailabilityBurn', 'pagerduty,slack'],
  ['SegmentStoreUnreachable', 'slack'],
  ['SegmentClientFallbacks', 'slack'],
  ['SegmentServerDown', 'slack'],
  ['SegmentIngestRefused', 'slack'],
  ['SegmentRolledBack', 'slack-quiet'],
])('%s goes to %s', async (name, receivers) => {
  const found = alerts.find(({ alert }) => alert === name);
  expect(await receiversOf({ alertname: name, ...found?.labels })).toBe(receivers);
});

test('once it has proved itself, an alert on trial calls somebody', async () => {
  const { stage, ...labels } = alerts.find((one) => one.labels.stage === 'trial')?.labels ?? {};
  expect(stage).toBe('trial');
  expect(await receiversOf(labels)).toBe('pagerduty,slack');
});

test('every alert goes to Slack, pages within five seconds, one incident for each alert, service and region', async () => {
  const kinds = new Map(alerts.map(({ labels }) => [JSON.stringify([labels.severity, labels.stage]), labels]));
  for (const labels of kinds.values()) expect(await receiversOf(labels)).toContain('slack');
  expect(config.route.group_by).toEqual(['alertname', 'service', 'region']);
  const pages = config.route.routes.filter(
    ({ matchers = [] }) => matchers.includes('severity="page"') || matchers.length > 1,
  );
  expect(pages.map(({ group_wait }) => group_wait)).toEqual(['5s', '5s']);
});

test('alerts that silence others or are silenced are alerts that there are', () => {
  const names = new Set(alerts.map(({ alert }) => alert));
  const matchers = config.inhibit_rules.flatMap((rule) => [...rule.source_matchers, ...rule.target_matchers]);
  const named = matchers
    .filter((one) => one.startsWith('alertname'))
    .flatMap((one) => one.replace(/^alertname=~?"|"$/g, '').split('|'));
  const unknown = named.filter((one) => ![...names].some((name) => new RegExp(`^${one}$`).test(name)));
  expect(named.length).toBeGreaterThan(10);
  expect(unknown).toEqual([]);
});

test('no page is silenced by an alert that calls nobody itself', () => {
  for (const { source_matchers, target_matchers } of config.inhibit_rules) {
    const calls = ['stage!="trial"', 'alertname="SegmentServersDown"'].some((one) => source_matchers.includes(one));
    const sparesPages = target_matchers.some((one) => ['severity="ticket"', 'severity!="page"'].includes(one));
    const targets = alerts.filter(({ alert }) =>
      target_matchers.some((one) => new RegExp(`^${one.replace(/^alertname=~?"|"$/g, '')}$`).test(alert)),
    );
    expect(calls || sparesPages || targets.every(({ labels }) => labels.severity !== 'page')).toBe(true);
  }
});
