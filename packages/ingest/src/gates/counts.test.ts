import { parseRunId } from '@segment-store/contract/id';
import type { Manifest } from '@segment-store/contract/manifest';
import { unlimited } from '@segment-store/resilience/operation';
import type { RunOutcomes } from '@segment-store/store/store';
import { expect, test } from 'vitest';
import { counts } from './counts.ts';
import { allGates } from './gate.ts';
import { genesis, judged, now } from './judged.fixture.ts';
import { failed, finished, ledger, partOf } from './outcomes.fixture.ts';

const parts = [partOf(0), partOf(1)];
const [first = partOf(0), second = partOf(1)] = parts;
const manifest: Manifest = {
  run: parseRunId('20260131t040000z'),
  computedAt: new Date('2026-01-31T04:00:00Z'),
  layout: 'by-customer',
  format: 'ndjson',
  parts,
  catalogue: { key: 'catalogue.ndjson', bytes: 10, rows: 3 },
  totals: { memberships: 40, segments: 3 },
  producer: { name: 'test', version: '1' },
  hash: '',
};
const figures = { members: 20, memberships: 40, segments: 3 };
const whole = ledger(finished(first), finished(second, { created: 4, replayed: 6 }));

/** `customers 20/20`, with a `!` where the gate refuses. */
async function judge(outcomes: RunOutcomes, changes: Partial<typeof figures> = {}) {
  const sealed = now({}, { ...figures, ...changes });
  const judge = allGates(counts(manifest), { gates: new Set(), by: '' });
  const verdicts = await judge(judged(sealed, genesis, { outcomes }), unlimited);
  return verdicts.map(({ gate, figure, limit, passed }) => `${gate}${passed ? '' : '!'} ${figure}/${limit}`);
}

test('a run of which nothing was left out must be there to the line', async () => {
  expect(await judge(whole)).toEqual(['customers 20/20', 'memberships 40/40', 'segments 3/3']);
});

test.each([
  [{ members: 19 }, 'customers! 19/20'],
  [{ members: 21 }, 'customers! 21/20'],
  [{ memberships: 39 }, 'memberships! 39/40'],
  [{ segments: 4 }, 'segments! 4/3'],
])('%o is refused', async (changes, refusal) => {
  expect(await judge(whole, changes)).toContain(refusal);
});

test('customers are exact up to what was rejected, skipped or left out; memberships at least what is whole', async () => {
  const outcomes = ledger(finished(first), finished(second, { created: 7, skipped: 1, rejected: { malformed: 2 } }));
  expect(await judge(outcomes, { members: 17, memberships: 34 })).toEqual([
    'customers 17/17, 20 lines less 3 left out',
    'memberships 34/20 to 40, as lines were left out or customers erased',
    'segments 3/3',
  ]);
  expect(await judge(outcomes, { members: 16, memberships: 19 })).toEqual([
    'customers! 16/17, 20 lines less 3 left out',
    'memberships! 19/20 to 40, as lines were left out or customers erased',
    'segments 3/3',
  ]);
});

test('of a part that was left out, what it had stored counts, even when it held more lines than promised', async () => {
  const some = ledger(finished(first), failed(second, 4));
  expect(await judge(some, { members: 14, memberships: 28 })).toContain('customers 14/14, 20 lines less 6 left out');
  const more = ledger(finished(first), failed(second, 12));
  expect(await judge(more, { members: 22 })).toContain('customers 22/22, 20 lines less -2 left out');
});

test('who was erased while the run was built is missing rightly, and nobody else', async () => {
  const erasedOf = async (members: number, memberships: number) => {
    const sealed = now({}, { ...figures, members, memberships });
    const generation = { ...sealed.generation, erasedAtSeal: 2 };
    const judge = allGates(counts(manifest), { gates: new Set(), by: '' });
    const verdicts = await judge(judged({ ...sealed, generation }, genesis, { outcomes: whole }), unlimited);
    return verdicts.map(({ figure, limit, passed }) => `${passed ? '' : '!'}${figure}/${limit}`);
  };
  expect(await erasedOf(18, 36)).toEqual([
    '18/18, 20 lines less 0 left out and 2 erased meanwhile',
    '36/34 to 40, as lines were left out or customers erased',
    '3/3',
  ]);
  expect(await erasedOf(17, 33)).toEqual([
    '!17/18, 20 lines less 0 left out and 2 erased meanwhile',
    '!33/34 to 40, as lines were left out or customers erased',
    '3/3',
  ]);
});
