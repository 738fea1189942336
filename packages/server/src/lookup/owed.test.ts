import { expect, test } from 'vitest';
import { Owed } from './owed.ts';

function owedOf(...all: readonly string[]): Owed<string, string> {
  const owed = new Owed<string, string>(3);
  for (const one of all) owed.add(one.slice(0, 1), one);
  return owed;
}

test('each is told once, the newest of its key, so many together', async () => {
  const owed = owedOf('a1', 'b1', 'a2', 'c1');
  const told: string[] = [];
  const turns: number[] = [];
  const tell = async (one: string) => {
    told.push(one);
    await Promise.resolve();
    turns.push(told.length);
  };
  await owed.pay(2, tell);
  await owed.pay(2, tell);
  expect(told).toEqual(['b1', 'a2', 'c1']);
  expect(turns).toEqual([2, 2, 3]);
});

test('of too many the oldest is given up', async () => {
  const told: string[] = [];
  await owedOf('a1', 'b1', 'c1', 'd1').pay(100, async (one) => told.push(one));
  expect(told).toEqual(['b1', 'c1', 'd1']);
});

test('what cannot be told is owed as before, and so is what comes while others are told', async () => {
  const owed = owedOf('a1', 'b1');
  await owed.pay(1, () => Promise.reject(new Error('away')));
  const told: string[] = [];
  await owed.pay(100, async (one) => {
    if (one === 'a1') owed.add('a', 'a2');
    told.push(one);
  });
  expect(told).toEqual(['a1', 'b1', 'a2']);
});
