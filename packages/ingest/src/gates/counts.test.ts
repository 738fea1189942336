import { parseRunId } from '@segment-store/contract/id';
import type { Manifest } from '@segment-store/contract/manifest';
import { unlimited } from '@segment-store/resilience/operation';
import type { Outcomes } from '@segment-store/store/store';
import { expect, test } from 'vitest';
import { counts } from './counts.ts';
import { allGates } from './gate.ts';
import { genesis, judged, now } from './judged.fixture.ts';

const computedAt = new Date('2026-01-31T04:00:00Z');
const part = { key: 'members/p0', bytes: 100, rows: 10 };
const manifest: Manifest = {
  run: parseRunId('20260131t040000z'),
  computedAt,
  layout: 'by-customer',
  format: 'ndjson',
  parts: [part],
  catalogue: { key: 'catalogue.ndjson', bytes: 10, rows: 3 },
  totals: { memberships: 25, segments: 3 },
  producer: { name: 'test', version: '1' },
  hash: '',
};
const figures = { members: 10, memberships: 25, segments: 3 };
const whole: Outcomes = { created: 10, replayed: 0, skipped: 0, memberships: 25, rejected: {} };

type Figures = Partial<typeof figures>;

function judge(total: Outcomes, changes: Figures = {}) {
  return allGates(counts(manifest), { gates: new Set(), by: '' })(
    judged(now({}, { ...figures, ...changes }), genesis, { outcomes: { total, parts: [] } }),
    unlimited,
  );
}

test('counts that reconcile pass, and the verdicts are kept', async () => {
  const verdicts = await judge({ ...whole, created: 6, replayed: 4 });
  expect(verdicts.map(({ gate, figure, limit }) => `${gate} ${figure}/${limit}`)).toEqual([
    'rejected 0/0',
    'customers 10/10',
    'memberships 25/25',
    'segments 3/3',
  ]);
});

test.each<[string, Outcomes, Figures, string]>([
  ['a rejected line', { ...whole, created: 9, rejected: { malformed: 1 } }, { members: 9 }, 'rejected: 1, expected 0'],
  ['a line that vanished', whole, { members: 9 }, 'customers: 9, expected 10'],
  ['memberships that differ', whole, { memberships: 24 }, 'memberships: 24, expected 25'],
  ['segments that differ', whole, { segments: 4 }, 'segments: 4, expected 3'],
])('%s is refused, naming gate, figure and limit', async (_, tally, changes, message) => {
  await expect(judge(tally, changes)).rejects.toMatchObject({
    code: 'REFUSED',
    message: expect.stringContaining(message),
  });
});
