/** Terminal, log, JSON lines, GitHub summary, Prometheus and OTLP tell the same figures of the same events. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { manualClock } from './clock.fixture.ts';
import { load } from './event.fixture.ts';
import { type Collector, startCollector } from './render/collector.fixture.ts';
import { broadcast, type Called, reader, watchers } from './renderers.ts';

const folder = mkdtempSync(join(tmpdir(), 'one-stream-test-'));
const paths = { metrics: join(folder, 'load.prom'), summary: join(folder, 'summary.md') };
const told = { terminal: '', log: '', lines: '', summary: '', prometheus: '', annotations: '' };
let collector: Collector;

beforeAll(async () => {
  collector = await startCollector();
  const clock = manualClock();
  const outside = (name: 'terminal' | 'log' | 'lines' | 'annotations', environment = {}) => {
    const write = (text: string) => (told[name] += text);
    const streams = { stdout: { write }, stderr: { write, isTTY: name === 'terminal', columns: 400 } };
    return { streams, environment, clock, wallClock: () => clock.now() };
  };
  const called: Called = { program: 'segment-ingest', version: '1', command: 'load', json: false, color: false };
  const watched = { metricsPrefix: 'segment_ingest', metricsFile: paths.metrics, otlpEndpoint: collector.url };
  const github = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: paths.summary };
  const all = broadcast(
    [
      reader(called, outside('terminal')),
      reader(called, outside('log')),
      reader({ ...called, json: true }, outside('lines')),
      ...(await watchers(called, watched, outside('annotations', github))),
    ],
    clock,
  );
  for (const event of load) all.say(event);
  await all.close();
  told.terminal = stripVTControlCharacters(told.terminal);
  told.annotations = told.annotations.replaceAll('%25', '%');
  told.summary = readFileSync(paths.summary, 'utf8').replaceAll('\\', '');
  told.prometheus = readFileSync(paths.metrics, 'utf8');
});
afterAll(async () => {
  await collector[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Figure → how people read it, how the lines have it, which metric it is. */
test.each([
  {
    figure: 'rows done',
    words: '1,234,567 of 4,000,000 rows',
    json: '"done":1234567',
    metric: 'rows_done{stage="fill"}',
    value: 1_234_567,
  },
  {
    figure: 'rows expected',
    words: 'of 4,000,000 rows',
    json: '"total":4000000',
    metric: 'rows_expected{stage="fill"}',
    value: 4_000_000,
  },
  {
    figure: 'rate',
    words: '70,500 rows/s',
    json: '"perSecond":70500',
    metric: 'rows_per_second{stage="fill"}',
    value: 70_500,
  },
  {
    figure: 'remaining time',
    words: '39 s left',
    json: '"etaMs":39000',
    metric: 'remaining_seconds{stage="fill"}',
    value: 39,
  },
  {
    figure: 'bytes',
    words: '98.8 MB of 320.0 MB',
    json: '{"done":98765432,',
    metric: 'bytes_done{stage="fill"}',
    value: 98_765_432,
  },
  { figure: 'retries', words: '3 retries', json: '"retries":3', metric: 'retries{stage="fill"}', value: 3 },
  {
    figure: 'bytes in flight',
    words: '4.0 MB in flight',
    json: '"inFlightBytes":4000000',
    metric: 'in_flight_bytes{stage="fill"}',
    value: 4_000_000,
  },
])('$figure', ({ words, json, metric, value }) => {
  for (const name of ['terminal', 'log', 'summary'] as const) expect(told[name], name).toContain(words);
  expect(told.lines).toContain(json);
  expect(told.prometheus).toContain(`\nsegment_ingest_${metric} ${value}\n`);
  expect(collector.metrics().get(`segment_ingest_${metric}`)).toBe(value);
});

test('rejected lines, by reason where there is room', () => {
  for (const name of ['terminal', 'log', 'summary'] as const) expect(told[name], name).toContain('9 rejected');
  expect(told.summary).toContain('| malformed | 7 |\n| duplicate-customer | 2 |');
  expect(told.lines).toContain('"rejected":{"malformed":7,"duplicate-customer":2}');
  for (const [reason, count] of [
    ['malformed', 7],
    ['duplicate-customer', 2],
  ] as const) {
    const metric = `segment_ingest_rows_rejected{reason="${reason}"}`;
    expect(told.prometheus).toContain(`\n${metric} ${count}\n`);
    expect(collector.metrics().get(metric)).toBe(count);
  }
});

test('the overridden gate and the failed part', () => {
  for (const name of ['terminal', 'log', 'annotations'] as const) {
    expect(told[name], name).toContain('gate drift: 12 %, expected 5 %; overridden by --accept drift');
  }
  for (const name of ['terminal', 'log', 'annotations', 'summary'] as const) {
    expect(told[name], name).toContain('part members/p1 failed: cut short (CORRUPT)');
  }
  expect(told.summary).toContain('| drift | 12 % | 5 % | overridden by --accept drift |');
  for (const metric of [
    'segment_ingest_gate_overridden{gate="drift"}',
    'segment_ingest_items{item="part",state="failed"}',
  ]) {
    expect(told.prometheus).toContain(`\n${metric} 1\n`);
    expect(collector.metrics().get(metric)).toBe(1);
  }
  expect(collector.spans().filter(({ status }) => status.code === 2)).toHaveLength(1);
});

test('every metric of the file is a metric of OTLP, with the same value', () => {
  const file = told.prometheus.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const pairs = file.map((line) => [
    line.slice(0, line.lastIndexOf(' ')),
    Number(line.slice(line.lastIndexOf(' ') + 1)),
  ]);
  expect(Object.fromEntries(collector.metrics())).toEqual(Object.fromEntries(pairs));
});

test('the result', () => {
  for (const name of ['terminal', 'log', 'lines', 'summary'] as const) {
    expect(told[name], name).toContain('run 20260131t040000z is live, epoch 7');
  }
});
