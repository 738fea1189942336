import { nothing } from '@segment-store/store/outcomes';
import type { Rejection, Tally } from '@segment-store/store/store';
import { expect, test } from 'vitest';
import { createAccounts } from './accounts.ts';

const part = { key: 'members/p0', bytes: 100, rows: 10 };
const whole: Tally = { created: 10, replayed: 0, skipped: 0, memberships: 25, rejected: [] };
const rejection: Rejection = { part: part.key, line: 1, offset: 0, reason: 'malformed' };

function closed(...tallies: readonly Tally[]) {
  const account = createAccounts(() => {})(part, nothing);
  account.add(...tallies);
  return account.close();
}

test('a part whose lines are all settled is finished, whatever became of them', () => {
  const outcomes = closed(
    { ...whole, created: 4, rejected: [rejection] },
    { ...whole, created: 0, replayed: 3, skipped: 2 },
  );
  expect(outcomes).toEqual({ created: 4, replayed: 3, skipped: 2, memberships: 50, rejected: { malformed: 1 } });
});

test('what earlier jobs settled of a part counts with it', () => {
  const settled = { created: 5, replayed: 1, skipped: 0, memberships: 12, rejected: { 'too-large': 1 } };
  const account = createAccounts(() => {})(part, settled);
  const outcomes = { created: 8, replayed: 1, skipped: 0, memberships: 37, rejected: { 'too-large': 1 } };
  expect(account.add({ ...whole, created: 3 })).toEqual(outcomes);
  expect(account.close()).toEqual(outcomes);
});

test.each([9, 11])('a part of %d lines where the manifest says 10 is not finished', (created) => {
  expect(() => closed({ ...whole, created })).toThrow(
    expect.objectContaining({
      code: 'CORRUPT',
      message: expect.stringContaining(`members/p0 has ${created} rows, the manifest says 10`),
    }),
  );
});

test('a line the store refused ends the load before its part is finished: the next load reads the part again', () => {
  const refused: Rejection = {
    part: part.key,
    line: 2,
    offset: 45,
    reason: 'store',
    status: 500,
    type: 'some_exception',
  };
  expect(() => closed({ ...whole, created: 9, rejected: [refused] })).toThrow(
    expect.objectContaining({
      code: 'UNAVAILABLE',
      message: 'the store refused the line at byte 45 of members/p0 (500 some_exception): run the same command again',
    }),
  );
});

test('the thousandth rejected line ends the load', () => {
  const heard: Rejection[] = [];
  const account = createAccounts((one) => heard.push(one))(part, nothing);
  for (let line = 1; line < 1000; line++) account.add({ ...whole, created: 0, rejected: [rejection] });
  expect(() => account.add({ ...whole, created: 0, rejected: [rejection] })).toThrow('rejected: 1,000, expected 0');
  expect(heard).toHaveLength(1000);
});
