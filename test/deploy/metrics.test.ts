/** No rule, run-book or monitor asks for a metric that nobody exports: it would never fire, and look well. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allRules, promtool } from './alerts.ts';
import { exportedMetrics } from './exported.ts';
import { metricsIn } from './promql.ts';
import { readQueries } from './run-books.ts';

let scratch = '';
let exported: ReadonlySet<string> = new Set();
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'metrics-'));
  exported = await exportedMetrics(scratch);
});
afterAll(() => rm(scratch, { recursive: true }));

test('names are found in expressions', () => {
  expect(
    metricsIn(
      'sum by (le) (rate(a_total{x="b"}[5m])) / on (job) c:d > 1 or max_over_time(e[1h] offset 5m) unless f == 0.5',
    ),
  ).toEqual(['a_total', 'c:d', 'e', 'f']);
});

/** Which of them nobody knows. */
async function unknownIn(expressions: readonly { readonly name: string; readonly text: string }[]) {
  const recorded = new Set((await allRules()).map(({ record }) => record));
  return expressions.flatMap(({ name, text }) =>
    metricsIn(text)
      .filter((metric) => !exported.has(metric) && !recorded.has(metric))
      .map((metric) => `${name}: ${metric}`),
  );
}

test('what rules ask for is exported by somebody, or recorded by another rule', async () => {
  const rules = await allRules();
  expect(
    await unknownIn(rules.map(({ expr, alert, record }) => ({ name: alert ?? record ?? '', text: expr }))),
  ).toEqual([]);
});

test('so is what run-books ask for, and Prometheus can read it', async () => {
  const queries = await readQueries();
  const file = join(scratch, 'queries.yml');
  const rules = queries.map(({ name, text }, index) => ({
    record: `${name.replaceAll('-', '_')}:${index}`,
    expr: text,
  }));
  await writeFile(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
  await promtool('check', 'rules', file);
  expect(queries.length).toBeGreaterThan(70);
  expect(await unknownIn(queries)).toEqual([]);
});

test('so is what Datadog is asked for, as its agent names it', async () => {
  const read = (name: string) => readFile(new URL(`../../deploy/datadog/${name}`, import.meta.url), 'utf8');
  const slos: readonly { readonly query: object }[] = JSON.parse(await read('slos.json'));
  const monitors: readonly { readonly query: string }[] = JSON.parse(await read('monitors.json'));
  const texts = [...slos.flatMap(({ query }) => Object.values(query)), ...monitors.map(({ query }) => query)];
  const asked = texts.flatMap((text) =>
    [...text.matchAll(/(?<!")segments\.(\w+)(\.count)?/g)].map(([, name = '']) => name),
  );
  const known = (name: string) => ['', '_total', '_count'].some((end) => exported.has(name + end));
  expect(asked.filter((name) => !known(name))).toEqual([]);
  expect(asked.length).toBeGreaterThan(20);
});
