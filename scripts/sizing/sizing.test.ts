import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { boundsTable, shippedBounds } from './autoscaler.ts';
import { FIGURES, figureNames, type Measured } from './figures.ts';
import { type Demand, needsOf } from './needs.ts';
import { ORIGIN, withTables } from './page.ts';

const values = {
  ...{ requestCpuMicros: 60, residentMb: 150, redisShare: 0.05, storeShare: 0.01, redisCpuMicros: 10 },
  ...{ storeCpuMicros: 150, missCpuMicros: 240, bytesPerCachedCustomer: 800, answerBytes: 200 },
  ...{ documentsPerSecond: 50_000, documentBytes: 1_500, loadStoreMsPerMb: 200, loadPeakMb: 400 },
  ...{ redisBytesPerCustomer: 200, storeBytesPerMembership: 10 },
};
const measured: Measured = Object.fromEntries(
  Object.entries(values).map(([name, value]) => [name, { value, on: 'x' }]),
);
const demand: Demand = { ...ORIGIN, customers: 1_000_000, segmentsPerCustomer: 20, loadWithinSeconds: 60 };
const need = (what: string, known: Measured = measured): number | undefined =>
  needsOf(demand, known).find((one) => one.what === what)?.value;

test('pods follow CPU a request, three at least with one to spare, and more when nothing is in memory', () => {
  expect(need('pods of one worker and 1 CPU, least')).toBe(3);
  expect(need('pods while nothing is in memory')).toBe(5);
  expect(need('pods, most')).toBe(6);
  expect(need('requests a second and pod, for the autoscaler')).toBe(10_000);
  expect(need('memory of a pod')).toBe(150 + 256 * 4);
});

test('disk has room for the live generation, two before it and one that is built, each twice', () => {
  expect(need('disk')).toBeCloseTo((1e6 * 20 * 10 * 2 * 4) / 0.75 / 1e9);
  expect(need('data nodes')).toBe(3);
  expect(need('maxmemory')).toBeCloseTo((1e6 * 0.25 * 200 * 2) / 0.7 / 1e9);
});

test('a load is as many jobs as bring the lines within the window', () => {
  const line = 36 + 10 + 20 * 27;
  expect(need('lines of a run')).toBeCloseTo((line * 1e6) / 1e9);
  expect(need('jobs at once')).toBe(1);
  expect(need('cores of Elasticsearch meanwhile')).toBeCloseTo((line * 200 * 2) / 1_000 / 60);
});

test('what nobody measured makes no number', () => {
  expect(need('disk', {})).toBeNaN();
  expect(need('lines of a run', {})).toBeGreaterThan(0);
});

test('every figure of every formula is one that there is', () => {
  const words = needsOf(ORIGIN, {}).flatMap(({ formula }) => formula.match(/\b[a-z]+[A-Z]\w+/g) ?? []);
  const known = new Set<string>([...figureNames, ...Object.keys(ORIGIN), ...Object.keys(ORIGIN.node)]);
  expect(words.filter((word) => !known.has(word))).toEqual([]);
  expect(Object.keys(FIGURES)).toEqual([...figureNames]);
});

const pageOf = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const autoscaler = pageOf('deploy/kubernetes/autoscaling/autoscaler.yaml');

test('the page has a place for each table; a page without is refused', () => {
  const page = pageOf('docs/sizing.md');
  const full = withTables(page, { measured, autoscaler });
  expect(full).toContain('| `requestCpuMicros` | CPU of the server a request | 60 µs |');
  expect(full).not.toContain('not measured yet');
  expect(withTables(page, { measured: {}, autoscaler })).toContain('_not measured yet_');
  expect(() => withTables('# Sizing\n', { measured, autoscaler })).toThrow('<!-- generated: figures -->');
});

test('bounds of the shipped autoscaler stand beside those of the example, and what it carries at most', () => {
  expect(boundsTable(shippedBounds(autoscaler), { minReplicas: '4', maxReplicas: '9', perPod: '6,000 /s' })).toBe(
    [
      '| bound | as shipped | for the example |',
      '| --- | --- | --- |',
      '| `minReplicas` | 3 | 4 |',
      '| `maxReplicas` | 24 | 9 |',
      '| `segment_requests_per_second` | 2000 | 6,000 /s |',
      '| requests a second at most | 48000 |  |',
      '',
    ].join('\n'),
  );
  expect(() => shippedBounds('minReplicas: 3\n')).toThrow('no maxReplicas');
});
