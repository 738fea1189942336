/** deploy/datadog: what its API would take, as far as that can be told without it. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { DATADOG_MONITORS, NOT_IN_DATADOG } from '../../scripts/slo/datadog-monitors.ts';
import { allAlerts } from './alerts.ts';

const read = async (name: string) =>
  JSON.parse(await readFile(new URL(`../../deploy/datadog/${name}`, import.meta.url), 'utf8'));
const slos: readonly Slo[] = await read('slos.json');
const monitors: readonly Monitor[] = await read('monitors.json');
const alerts = await allAlerts();

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

test('every alert is a monitor, or it is said why not', () => {
  const names = [...new Set(alerts.map(({ alert }) => alert))];
  const told = (name: string) => monitors.some((one) => one.message.includes(`/${name}.md`)) || name in NOT_IN_DATADOG;
  expect(names.filter((name) => !told(name))).toEqual([]);
  expect(
    [...Object.keys(DATADOG_MONITORS), ...Object.keys(NOT_IN_DATADOG)].filter((name) => !names.includes(name)),
  ).toEqual([]);
});

test.each(monitors.map((one) => [one.name, one] as const))('%s asks what a monitor may ask', (_, monitor) => {
  const { type, query, message, options } = monitor;
  const forms: Readonly<Record<string, RegExp>> = {
    'slo alert':
      /^burn_rate\("<segments-[a-z-]+>"\)\.over\("30d"\)\.long_window\("(\d+)h"\)\.short_window\("(\d+)([mh])"\) > [\d.]+$/,
    'query alert': /^(avg|max|min|sum|change)\([\w(),]+\):.+ [<>] [\d.]+$/,
    'service check': /^"[\w.]+"\.over\(".+"\)\.by\("\w+"\)\.last\(4\)\.count_by_status\(\)$/,
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
