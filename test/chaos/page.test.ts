import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { FAULTS } from './faults.ts';
import { withTables } from './page.ts';
import type { Results } from './results.ts';

const page = await readFile(new URL('../../docs/chaos.md', import.meta.url), 'utf8');
const nothing: Results = { startedAt: null, machine: '', seconds: 0, lookupsPerSecond: 0, rows: [], verdicts: [] };
const figures = {
  lookups: 1_200,
  failures: { lost: 2 },
  notPromised: [],
  p99Ms: 9,
  worstMs: 812,
  recoverySeconds: 0.4,
};
const embedded = { lookups: 160, fallbacks: 1, worstMs: 150 };

test('the page has a line for every fault, without figures as long as there are none', () => {
  const fresh = withTables(page, nothing);
  for (const { name } of FAULTS) expect(fresh).toContain(`| ${name} | – | – | – | – | – | – |`);
  expect(fresh).toContain('Not run yet');
});

test('the page has the figures of the last run', () => {
  const results: Results = {
    ...nothing,
    startedAt: '2026-01-01T00:00:00.000Z',
    machine: '2 × a processor',
    rows: [{ ...figures, embedded, fault: 'server killed' }],
    verdicts: [{ name: 'epoch', says: '', judged: 40_000, violations: 0, examples: [] }],
  };
  const fresh = withTables(page, results);
  expect(fresh).toContain('| server killed | 1200 | 2 × lost | none | 9 ms, 812 ms | 1 of 160, 150 ms | 0.4 s |');
  expect(fresh).toContain('never go back | 40000 | 0 |');
});

test('tables are written in their place again and again, and nothing else changes', () => {
  const once = withTables(page, nothing);
  expect(withTables(once, nothing)).toBe(once);
  expect(once.split('\n')[0]).toBe(page.split('\n')[0]);
});

test('a page without a place for a table is refused', () => {
  expect(() => withTables('# Chaos', nothing)).toThrow('no place for run');
});
