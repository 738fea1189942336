import { expect, test } from 'vitest';
import { batch, rejectIfAllFailed } from './batch.ts';
import { type Settled, unlimited } from './operation.ts';

const good = <O>(value: O) => ({ status: 'fulfilled', value }) as const;
const bad = (reason: unknown) => ({ status: 'rejected', reason }) as const;

function recorded(answer: (input: number) => Settled<string>[number]) {
  const batches: (readonly number[])[] = [];
  const send = batch(3, async (inputs: readonly number[]) => {
    batches.push(inputs);
    return inputs.map(answer);
  });
  return { batches, ask: (input: number) => send(input, unlimited) };
}

test('inputs of one turn travel together, at most max a call, each with its own answer', async () => {
  const { batches, ask } = recorded((input) => good(`answer ${input}`));
  expect(await Promise.all([1, 2, 3, 4].map(ask))).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 4']);
  expect(batches).toEqual([[1, 2, 3], [4]]);
  await ask(5);
  expect(batches.at(-1)).toEqual([5]);
});

test('one bad item fails its own caller only', async () => {
  const { ask } = recorded((input) => (input === 2 ? bad(new Error('two')) : good('fine')));
  const outcomes = await Promise.allSettled([1, 2].map(ask));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

test('a failed call fails all its callers; a missing answer names the count', async () => {
  const dead = batch(3, () => Promise.reject(new Error('dead')));
  await expect(dead(1, unlimited)).rejects.toThrow('dead');
  const short = batch(3, async () => []);
  await expect(short(1, unlimited)).rejects.toThrow('a batch of 1 got 0 answers');
});

test('items that all failed reject as a whole; one success keeps them items', () => {
  expect(() => rejectIfAllFailed([bad(new Error('first')), bad(new Error('second'))])).toThrow('first');
  const mixed = [bad(new Error('first')), good('fine')];
  expect(rejectIfAllFailed(mixed)).toBe(mixed);
  expect(rejectIfAllFailed([])).toEqual([]);
});
