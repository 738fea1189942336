import { expect, test } from 'vitest';
import type { Fault } from './fault.ts';
import { answer, FIRST } from './history.fixture.ts';
import type { Answer } from './history.ts';
import { cellsOf, isBorne, rowOf } from './rows.ts';

const fault: Fault = {
  name: 'store slow',
  does: '',
  promises: '',
  noticed: ['lost'],
  bounds: { failing: 0.5, wellWithinSeconds: 2 },
  begin: async () => async () => {},
};
const failed = (askedAt: number, status: number, problem?: string): Answer => ({
  askedAt,
  answeredAt: askedAt + 300,
  server: 'server-1',
  customer: 'c1',
  status,
  ...(problem !== undefined && { problem }),
});
const before = answer(900, FIRST);
const after = answer(5_000, FIRST);
const suffered = { fault, from: 1_000, endedAt: 3_000, wellAt: 4_500 };
const seen: string[] = ['c7'];
const isSeen = ({ customer }: Answer) => seen.includes(customer);
const noticed = (answers: readonly Answer[]) => rowOf(suffered, { answers, embedded: [], isSeen });
const fine = [1_100, 1_200, 1_300, 1_400].map((at) => answer(at, FIRST));

test('a row is what callers noticed from the beginning of a fault until all was well', () => {
  const answers = [before, answer(1_001, FIRST), failed(2_000, 503, 'internal'), failed(4_000, 0), after];
  const embedded = [
    { askedAt: 1_500, answeredAt: 1_501, isAnswered: true },
    { askedAt: 2_500, answeredAt: 2_650, isAnswered: false },
    { askedAt: 4_600, answeredAt: 4_900, isAnswered: false },
  ];
  const row = rowOf(suffered, { answers, embedded, isSeen });
  expect(cellsOf(row)).toEqual([
    'store slow',
    '3',
    '1 × 503 internal, 1 × lost',
    '1 × 503 internal, 66.7 % failed, at most 50 %',
    '300 ms, 300 ms',
    '1 of 2, 150 ms',
    '1.5 s',
  ]);
  expect(isBorne(row)).toBe(false);
});

test('what was promised is borne: who was not seen may hear that the store is away, anybody that a server is busy', () => {
  const answers = [
    ...fine,
    failed(2_000, 503, 'store-unavailable'),
    failed(2_001, 503, 'overloaded'),
    failed(3_000, 0),
  ];
  expect(noticed(answers).notPromised).toEqual([]);
  expect(isBorne(noticed(answers))).toBe(true);
});

test('whoever was seen may not hear that the store is away', () => {
  const answers = [...fine, { ...failed(2_000, 503, 'store-unavailable'), customer: 'c7' }];
  expect(noticed(answers).notPromised).toEqual(['1 × 503 store-unavailable for somebody seen']);
});

test('no more may fail than was promised, whatever they are told', () => {
  const answers = [fine[0], failed(2_000, 503, 'overloaded'), failed(2_001, 503, 'overloaded')].flatMap(
    (one) => one ?? [],
  );
  expect(noticed(answers).notPromised).toEqual(['66.7 % failed, at most 50 %']);
});

test('an answer past its deadline is late, whatever it says', () => {
  const late = answer(2_000, FIRST, { answeredAt: 3_500 });
  const row = noticed([...fine, late]);
  expect(row).toMatchObject({ failures: { late: 1 }, worstMs: 1_500 });
  expect(row.notPromised).toEqual(['1 × late', '1500 ms, at most 1000 ms']);
});

test('services that embed the SDK wait no longer than it promises', () => {
  const embedded = [{ askedAt: 2_000, answeredAt: 2_900, isAnswered: false }];
  expect(rowOf(suffered, { answers: fine, embedded, isSeen }).notPromised).toEqual(['900 ms in the SDK']);
});

test('a fault that is not recovered from in time, or never, is not borne, nor one that nobody asked during', () => {
  const { wellAt: _, ...never } = suffered;
  const row = rowOf(never, { answers: fine, embedded: [], isSeen });
  expect(row.notPromised).toEqual(['well never, at most 2 s']);
  expect(cellsOf(row).at(-1)).toBe('never');
  const slow = rowOf({ ...suffered, wellAt: 6_000 }, { answers: fine, embedded: [], isSeen });
  expect(slow.notPromised).toEqual(['well after 3 s, at most 2 s']);
  expect(isBorne(noticed([before, after]))).toBe(false);
});
