import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { profileNames } from '../load/profile.ts';
import { RUNS } from './runs.ts';
import { type Kept, type KeptRow, withLoads } from './side-by-side.ts';

const page = readFileSync(new URL('../../deploy/load/README.md', import.meta.url), 'utf8');
const latencies = { p50: 21, p75: 21.5, p99: 24, p999: 30, max: 31.04 };
const row = (tool: string, rest: Partial<KeptRow> = {}): KeptRow => ({
  ...{ phase: 'steady', caller: 'usual', tool, requests: 6_000, achieved: 199.94, wanted: 200 },
  ...{ fromDue: latencies, fromSent: latencies, lagP99: 0.3, statuses: { 200: 5_999, none: 1 } },
  ...rest,
});
const kept: Kept = {
  at: '2026-11-27T01:20:30.000Z',
  on: '2 cores',
  perSecond: 200,
  verdicts: [
    { what: 'achieved rate', figure: '0.03 %', limit: '2 %', passed: true },
    { what: 'p75', figure: '2.50 ms', limit: '2 ms', passed: false },
  ],
  rows: [row('jmeter'), row('jmeter', { phase: 'all' }), row('vegeta'), row('vegeta', { phase: 'all' })],
};

test('where the tools do not agree, it stands in bold', () => {
  expect(withLoads(page, { agreement: kept })).toContain(
    '| `agreement` | 20 ms | 0.03 % | yes | 2.50 ms | **no** | 2026-11-27 01:20, 2 cores |\n',
  );
});

test('a load that was never run, and one that brought nothing, are in the table with that', () => {
  const all = withLoads(page, { spike: { ...kept, rows: [], verdicts: [], complaint: 'jmeter did not end' } });
  expect(all).toContain('| `agreement` | 20 ms | – | – | – | – | never |\n');
  expect(all).toContain('| `spike` |  | – | – | – | – | jmeter did not end |\n');
});

test('rows of one phase stand below each other, a tool a line', () => {
  const lines = withLoads(page, { agreement: kept })
    .split('\n')
    .filter((line) => line.startsWith('| `agreement` | ') && line.includes('| usual |'));
  expect(lines.map((line) => line.split(' | ').slice(1, 4).join(' '))).toEqual([
    'steady usual jmeter',
    'steady usual vegeta',
    'all usual jmeter',
    'all usual vegeta',
  ]);
  expect(lines[0]).toContain('| 200 | 199.9 | 21.0 | 21.5 | 24.0 | 30.0 | 31.0 | 24.0 | 0.3 | 200: 5999, none: 1 |');
});

test('every profile is in the measured run, by both tools', () => {
  const both = RUNS.filter((run) => run.with === 'both').map(({ profile }) => profile);
  expect(new Set(both)).toEqual(new Set(profileNames));
});
