/** deploy/datadog: what its API would take, as far as that can be told without it. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { DATADOG_MONITORS, NOT_IN_DATADOG } from '../../scripts/slo/datadog-monitors.ts';
import { type Alert, allAlerts } from './alerts.ts';

const read = async (name: string) =>
  JSON.parse(await readFile(new URL(`../../deploy/datadog/${name}`, import.meta.url), 'utf8'));
const slos: readonly Slo[] = await read('slos.json');
const monitors: readonly Monitor[] = await read('monitors.json');
const alerts = await allAlerts();

interface Instance {
  readonly namespace: string;
  readonly metrics: readonly (string | object)[];
  readonly tags: readonly string[];
}
interface Slo {
  readonly name: string;
  readonly query: { readonly numerator: string; readonly denominator: string };
  readonly thresholds: readonly { readonly timeframe: string; readonly target: number }[];
}
interface Monitor {
  readonly name: string;
  readonly type: string;
  readonly query: string;
  readonly message: string;
  readonly tags: readonly string[];
  readonly options: { readonly thresholds: { readonly critical: number } };
}

test('SLOs have a numerator, a denominator and a target for 30 days', () => {
  expect(slos.map(({ name }) => name)).toEqual(
    ['availability', 'latency', 'latency-target', 'freshness', 'correctness'].map((name) => `segments-${name}`),
  );
  for (const { query, thresholds } of slos) {
    expect(query.numerator).toMatch(/^(sum|count\(v: v<=[\d.]+\)):segments\.\w+(\.count)?\{.+\}\.as_count\(\)$/);
    expect(query.denominator).toMatch(/^sum:segments\.\w+\.count\{.+\}\.as_count\(\)$/);
    expect(thresholds).toEqual([{ timeframe: '30d', target: expect.any(Number) }]);
  }
});

test('every alert is a monitor of its severity, or it is said why not', () => {
  const told = ({ alert, labels }: Alert) =>
    alert in NOT_IN_DATADOG ||
    monitors.some(({ message, tags }) => {
      return message.includes(`/${alert}.md`) && tags.includes(`severity:${labels.severity}`);
    });
  expect(alerts.filter((alert) => !told(alert)).map(({ alert, labels }) => [alert, labels.severity])).toEqual([]);
  const named = [...Object.keys(DATADOG_MONITORS), ...Object.keys(NOT_IN_DATADOG)].map((name) => name.split(' ')[0]);
  expect(named.filter((name) => !alerts.some(({ alert }) => alert === name))).toEqual([]);
});

test('the agent is told to scrape all whose metrics are asked for, under the names that are asked for', async () => {
  const file = new URL('../../deploy/datadog/openmetrics.d/conf.yaml', import.meta.url);
  const { instances }: { readonly instances: readonly Instance[] } = parse(await readFile(file, 'utf8'));
  expect(instances.map(({ namespace }) => namespace)).toEqual(instances.map(() => 'segments'));
  const [servers, ...others] = instances;
  expect(servers?.tags).toContain('service:segment-server');
  const taken = others.flatMap(({ metrics }) => metrics.flatMap((one) => (typeof one === 'string' ? [one] : [])));
  const ofOthers = monitors.flatMap(({ query }) => [
    ...query.matchAll(/segments\.(segment_(?:ingest|compute|store_client)_\w+)/g),
  ]);
  expect(ofOthers.length).toBeGreaterThan(5);
  for (const [, name = ''] of ofOthers)
    expect(
      taken.some((one) => new RegExp(`^${one}$`).test(name)),
      name,
    ).toBe(true);
});

test('what production runs and fails at is asked for: a watch has no exit code', () => {
  const query = (name: string) => monitors.find((one) => one.name === name)?.query;
  for (const name of ['SegmentIngestFailed', 'SegmentIngestHeld'])
    expect(query(name)).toContain('segment_ingest_item_failures');
  expect(query('SegmentServersDown')).toContain('pct_by_status');
});

test.each(monitors.map((one) => [one.name, one] as const))('%s asks what a monitor may ask', (_, monitor) => {
  const { type, query, message, options } = monitor;
  const forms: Readonly<Record<string, RegExp>> = {
    'slo alert':
      /^burn_rate\("<segments-[a-z-]+>"\)\.over\("30d"\)\.long_window\("(\d+)h"\)\.short_window\("(\d+)([mh])"\) > [\d.]+$/,
    'query alert': /^(avg|max|min|sum|change)\([\w(),]+\):.+ [<>] [\d.]+$/,
    'service check': /^"[\w.]+"\.over\(".+"\)\.by\("(\w+"\)\.last\(4\)\.count|\*"\)\.last\(2\)\.pct)_by_status\(\)$/,
  };
  expect(query).toMatch(forms[type] ?? /^$/);
  if (type !== 'service check') expect(Number(query.split(' ').at(-1))).toBe(options.thresholds.critical);
  expect(message).toContain('@slack-segment-store');
  expect(message.includes('@pagerduty')).toBe(
    monitor.tags.includes('severity:page') &&
      !['SegmentStoreUnreachable', 'SegmentElasticsearchRed', 'SegmentClientFallbacks'].includes(monitor.name),
  );
});

test('the short window of a burn alert is a twelfth of the long one', () => {
  const windows = monitors.flatMap(({ query }) => [
    ...query.matchAll(/long_window\("(\d+)h"\)\.short_window\("(\d+)([mh])"\)/g),
  ]);
  expect(windows.length).toBeGreaterThan(10);
  for (const [, long, short, unit] of windows)
    expect(Number(long) * 60).toBe(12 * Number(short) * (unit === 'h' ? 60 : 1));
});
