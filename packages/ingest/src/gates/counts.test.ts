import { parseRunId } from '@segment-store/contract/id';
import type { Manifest } from '@segment-store/contract/manifest';
import { unlimited } from '@segment-store/resilience/operation';
import type { Rejection, Tally } from '@segment-store/store/store';
import { expect, test } from 'vitest';
import { createAccounts } from '../accounts.ts';
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
const whole: Tally = { created: 10, replayed: 0, skipped: 0, memberships: 25, rejected: [] };
const rejection: Rejection = { part: part.key, line: 1, offset: 0, reason: 'malformed' };

type Figures = Partial<typeof figures>;

function judge(tally: Tally | undefined, changes: Figures = {}) {
  const accounts = createAccounts(() => {});
  if (tally !== undefined) {
    const account = accounts.account(part);
    account.add(tally);
    account.close();
  }
  return allGates(counts(manifest, accounts), { gates: new Set(), by: '' })(
    judged(now({}, { ...figures, ...changes }), genesis),
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

test('parts an earlier job finished are judged by the totals', async () => {
  await expect(judge(undefined)).resolves.toHaveLength(4);
});

test.each<[string, Tally | undefined, Figures, string]>([
  ['a rejected line', { ...whole, created: 9, rejected: [rejection] }, { members: 9 }, 'rejected: 1, expected 0'],
  ['a line that vanished', whole, { members: 9 }, 'customers: 9, expected 10'],
  ['a line an earlier job rejected', undefined, { members: 9 }, 'customers: 9, expected 10'],
  ['memberships that differ', whole, { memberships: 24 }, 'memberships: 24, expected 25'],
  ['segments that differ', whole, { segments: 4 }, 'segments: 4, expected 3'],
])('%s is refused, naming gate, figure and limit', async (_, tally, changes, message) => {
  await expect(judge(tally, changes)).rejects.toMatchObject({
    code: 'REFUSED',
    message: expect.stringContaining(message),
  });
});
