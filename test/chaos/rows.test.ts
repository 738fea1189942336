import { expect, test } from 'vitest';
import type { Fault } from './faults.ts';
import { answer, FIRST } from './history.fixture.ts';
import type { Answer } from './history.ts';
import { cellsOf, isBorne, rowOf } from './rows.ts';

const fault: Fault = {
  name: 'store slow',
  does: '',
  promises: '',
  noticed: ['503 store-unavailable'],
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
const noticed = (answers: readonly Answer[]) => rowOf(suffered, { answers, embedded: [] });

test('a row is what callers noticed from the beginning of a fault until all was well', () => {
  const answers = [before, answer(1_001, FIRST), failed(2_000, 503, 'store-unavailable'), failed(4_000, 0), after];
  const embedded = [
    { askedAt: 1_500, answeredAt: 1_501, isAnswered: true },
    { askedAt: 2_500, answeredAt: 2_650, isAnswered: false },
    { askedAt: 4_600, answeredAt: 4_900, isAnswered: false },
  ];
  const row = rowOf(suffered, { answers, embedded });
  expect(cellsOf(row)).toEqual([
    'store slow',
    '3',
    '1 × 503 store-unavailable, 1 × lost',
    '1',
    '300 ms',
    '1 of 2, 150 ms',
    '1.5 s',
  ]);
  expect(isBorne(row)).toBe(false);
});

test('what was promised is borne, and a busy machine is no failure of a part', () => {
  const answers = [failed(2_000, 503, 'store-unavailable'), failed(2_001, 503, 'overloaded')];
  expect(isBorne(noticed(answers))).toBe(true);
});

test('an answer past its deadline is late, whatever it says', () => {
  const late = answer(2_000, FIRST, { answeredAt: 3_500 });
  expect(noticed([late])).toMatchObject({ failures: { late: 1 }, unpromised: 1, worstMs: 1_500 });
});

test('a fault that is not recovered from is not borne, nor one that nobody asked during', () => {
  const { wellAt: _, ...never } = suffered;
  const row = rowOf(never, { answers: [answer(2_000, FIRST)], embedded: [] });
  expect(isBorne(row)).toBe(false);
  expect(cellsOf(row).at(-1)).toBe('never');
  expect(isBorne(noticed([before, after]))).toBe(false);
});
