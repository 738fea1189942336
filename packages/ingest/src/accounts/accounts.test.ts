import { nothing } from '@segment-store/store/outcomes';
import type { Outcomes, Rejection, Tally } from '@segment-store/store/store';
import { expect, test } from 'vitest';
import { createAccounts } from './accounts.ts';

const part = { key: 'members/p0', bytes: 100, rows: 10 };
const whole: Tally = { created: 10, replayed: 0, skipped: 0, memberships: 25, rejected: [] };
const rejection: Rejection = { part: part.key, line: 1, offset: 0, reason: 'malformed' };

function account(settled: Outcomes = nothing) {
  const heard: Rejection[] = [];
  const watched: Outcomes[] = [];
  const budgets = { settled: (_: unknown, outcomes: Outcomes) => void watched.push(outcomes) };
  return { heard, watched, account: createAccounts(budgets, (one) => heard.push(one))(part, settled) };
}

test('every line has one outcome; the budget hears of all of them, and of each rejection somebody else', () => {
  const { account: one, heard, watched } = account();
  one.add({ ...whole, created: 4, rejected: [rejection] }, { ...whole, created: 0, replayed: 3, skipped: 2 });
  const outcomes = { created: 4, replayed: 3, skipped: 2, memberships: 50, rejected: { malformed: 1 } };
  expect(one.outcomes).toEqual(outcomes);
  expect([heard, watched]).toEqual([[rejection], [outcomes]]);
  one.close();
});

test('what earlier jobs settled of a part counts with it', () => {
  const settled = { created: 5, replayed: 1, skipped: 0, memberships: 12, rejected: { 'too-large': 1 } };
  const { account: one } = account(settled);
  one.add({ ...whole, created: 3 });
  expect(one.outcomes).toEqual({ ...settled, created: 8, memberships: 37 });
  one.close();
});

test.each([9, 11])('a part of %d lines where the manifest says 10 is corrupt', (created) => {
  const { account: one } = account();
  one.add({ ...whole, created });
  expect(() => one.close()).toThrow(
    expect.objectContaining({
      code: 'CORRUPT',
      message: expect.stringContaining(`members/p0 has ${created} rows, the manifest says 10`),
    }),
  );
});
