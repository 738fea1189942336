import { Failure } from '@segment-store/resilience/failure';
import { nothing } from '@segment-store/store/outcomes';
import { expect, test } from 'vitest';
import type { GateName } from '../gates/gate.ts';
import { failed, finished, ledger, partOf } from '../gates/outcomes.fixture.ts';
import { allowedBadParts } from '../gates/parts.ts';
import { sourceFailure } from '../source/source-failure.ts';
import { createBudgets } from './budgets.ts';

const limits = { maxBadRecords: 0.001, badRecordsAfter: 10_000, maxBadParts: 100, maxBadPartsShare: 0.005 };
const part = partOf(0, 100_000);
const corrupt = sourceFailure('CORRUPT', 'members/p0 ends in the middle of its gzip data');
const budgets = (parts: number, ...accepted: GateName[]) =>
  createBudgets(parts, limits, { gates: new Set(accepted), by: 'ann@desk' });
const settled = (created: number, malformed: number) => ({ ...nothing, created, rejected: { malformed } });

test('the share of rejected lines counts from 10,000 lines on, over all parts', () => {
  const one = budgets(2);
  one.settled(part, settled(9_900, 99));
  expect(() => one.settled(part, settled(9_901, 99))).toThrow('rejected: 99 of 10,000 lines, 0.99 % (99 malformed)');
  const two = budgets(2);
  two.settled(part, settled(99_900, 100));
  expect(() => two.settled(partOf(1), settled(0, 1))).toThrow('expected at most 0.1 %');
});

test('exactly the share passes; a part is counted once, however often it is settled anew', () => {
  const one = budgets(1);
  for (const lines of [20_000, 40_000, 60_000]) one.settled(part, settled(lines - lines / 1000, lines / 1000));
  expect(() => one.settled(part, settled(59_940, 61))).toThrow('refused');
});

test('what other jobs settled counts from the beginning', () => {
  const one = budgets(2);
  one.begin(ledger(finished(part, { created: 99_900, rejected: { malformed: 100 } })));
  expect(() => one.settled(partOf(1), settled(9, 1))).toThrow('101 of 100,010 lines');
});

test('a budget that is overdrawn is told before the load ends of it, one that is accepted is not', () => {
  const refused: string[] = [];
  const outcomes = ledger(finished(partOf(0, 4), { created: 3, rejected: { 'bad-id': 1 } }));
  const telling = (...gates: GateName[]) =>
    createBudgets(1, limits, { gates: new Set(gates), by: 'ann@desk' }, ({ gate }) => refused.push(gate));
  expect(() => telling().end(outcomes)).toThrow('refused');
  telling('rejected').end(outcomes);
  expect(refused).toEqual(['rejected']);
});

test('in the end the share counts whatever the sample', () => {
  const outcomes = ledger(finished(partOf(0, 4), { created: 3, rejected: { 'bad-id': 1 } }));
  expect(() => budgets(1).end(outcomes)).toThrow('rejected: 1 of 4 lines, 25 % (1 bad-id), expected at most 0.1 %');
  expect(() => budgets(1, 'rejected').end(outcomes)).not.toThrow();
});

test.each([
  [1, 0],
  [199, 0],
  [200, 1],
  [1_000, 5],
  [19_999, 99],
  [20_000, 100],
  [100_000, 100],
])('of %d parts %d may be bad', (parts, allowed) => {
  expect(allowedBadParts(parts, limits)).toBe(allowed);
});

test('a corrupt part is left out while the budget holds; one more, and all of them are named', () => {
  const one = budgets(400);
  expect(one.excuse(partOf(0), corrupt)).toEqual({ code: 'CORRUPT', message: corrupt.message });
  one.excuse(partOf(1), corrupt);
  one.excuse(partOf(1), corrupt); // the same one again
  expect(() => one.excuse(partOf(2), corrupt)).toThrow(
    'parts: 3 of 400 parts left out (members/p0 CORRUPT, members/p1 CORRUPT, members/p2 CORRUPT), expected at most 2',
  );
});

test('where no part may be bad, what ended it ends the load; unless that was accepted', () => {
  expect(() => budgets(199).excuse(part, corrupt)).toThrow(corrupt);
  expect(budgets(199, 'parts').excuse(part, corrupt)).toMatchObject({ code: 'CORRUPT' });
});

test.each([
  sourceFailure('CHANGED', 'x'),
  sourceFailure('INCOMPLETE', 'x'),
  new Failure('UNAVAILABLE', 'x'),
  new TypeError('x'),
])('%s is nothing to leave a part out for', (error) => {
  expect(() => budgets(1_000).excuse(part, error)).toThrow(error);
});

test('a part that was left out and is whole when it is retried counts no more', () => {
  const one = budgets(200);
  one.begin(ledger(failed(partOf(0))));
  one.settled(partOf(0), settled(10, 0));
  expect(one.excuse(partOf(1), corrupt)).toMatchObject({ code: 'CORRUPT' });
});

test('parts that other jobs left out count, too', () => {
  const one = budgets(200);
  one.begin(ledger(failed(partOf(0))));
  expect(() => one.excuse(partOf(1), corrupt)).toThrow('2 of 200 parts left out');
  expect(() => budgets(2).end(ledger(failed(partOf(0)), finished(partOf(1))))).toThrow('expected at most 0');
});
