/** No rule asks for a metric that nobody exports: it would never fire, and look well. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allRules } from './alerts.ts';
import { exportedMetrics } from './exported.ts';
import { metricsIn } from './promql.ts';

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

test('what rules ask for is exported by somebody, or recorded by another rule', async () => {
  const rules = await allRules();
  const recorded = new Set(rules.map(({ record }) => record));
  const unknown = rules.flatMap(({ expr, alert, record }) =>
    metricsIn(expr)
      .filter((name) => !exported.has(name) && !recorded.has(name))
      .map((name) => `${alert ?? record}: ${name}`),
  );
  expect(unknown).toEqual([]);
});
