/** Every alert: what it must carry, and that promtool has seen it fire, recover and stay away. */
import { expect, test } from 'vitest';
import { DASHBOARDS } from '../../scripts/dashboards/dashboards.ts';
import { dashboardOf, runBookOf, withHosts } from '../../scripts/slo/hosts.ts';
import { type Alert, allAlerts, coursesIn, filesIn, type Moment, nameOf, promtool } from './alerts.ts';

const alerts = await allAlerts();
const courses = (await Promise.all((await filesIn('tests')).map(coursesIn))).flat();

/** What its tests must see, and do not. */
function unseen({ alert, labels }: Alert): readonly string[] {
  const isMeant = (one: Moment) =>
    one.alert === alert &&
    [...one.labels.matchAll(/(\w+)="([^"]*)"/g)].every(([, name = '', value]) => (labels[name] ?? value) === value);
  const mine = courses.map((moments) => moments.filter(isMeant)).filter((moments) => moments.length > 0);
  const fires = mine.some((moments) => moments.some((one) => one.fires));
  const recovers = mine.some((moments) => {
    const first = moments.findIndex((one) => one.fires);
    return first >= 0 && moments.at(-1)?.fires === false;
  });
  const staysAway = mine.some((moments) => moments.every((one) => !one.fires));
  return [...(fires ? [] : ['fires']), ...(recovers ? [] : ['recovers']), ...(staysAway ? [] : ['stays away'])];
}

test('rules are rules', async () => {
  expect(await promtool('check', 'rules', ...(await filesIn('rules')))).not.toContain('FAILED');
});

test('what promtool’s tests expect happens', async () => {
  const files = await filesIn('tests');
  expect(files.map(nameOf).sort()).toEqual((await filesIn('rules')).map(nameOf).sort());
  await Promise.all(files.map((file) => promtool('test', 'rules', file)));
});

test('every alert fires, recovers and stays away in some test', () => {
  const lacking = alerts.flatMap((alert) =>
    unseen(alert).map((what) => `${alert.alert} ${alert.labels.severity}: ${what}`),
  );
  expect(lacking).toEqual([]);
});

test('an alert without a test would be found', () => {
  const [first] = alerts;
  expect(first && unseen({ ...first, alert: 'SegmentUntested' })).toEqual(['fires', 'recovers', 'stays away']);
});

test.each(alerts.map((one): [string, Alert] => [`${one.alert} ${one.labels.severity}`, one]))(
  '%s says how urgent it is, to whom, what to read and where to look',
  (_, { alert, labels, annotations }) => {
    expect(['page', 'ticket', 'info']).toContain(labels.severity);
    expect(labels.team).toBe('segments');
    expect(labels.service).toMatch(/^[a-z-]+$/);
    expect(annotations.summary).toMatch(/^[A-Z{0-9].{10,}[^.]$/);
    expect(annotations.runbook_url).toBe(runBookOf(alert));
    expect(DASHBOARDS.map(({ uid }) => dashboardOf(uid))).toContain(annotations.dashboard_url);
  },
);

test('links lead to the hosts of one file, whichever a rule had', () => {
  const rule = (host: string) =>
    `  runbook_url: ${host}/books/SegmentServerDown.md\n  dashboard_url: ${host}/d/segments-node\n`;
  const meant = `  runbook_url: ${runBookOf('SegmentServerDown')}\n  dashboard_url: ${dashboardOf('segments-node')}\n`;
  expect([withHosts(rule('https://yours')), withHosts(meant)]).toEqual([meant, meant]);
});
