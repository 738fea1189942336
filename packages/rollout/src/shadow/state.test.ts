import { mkdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { scratch } from '../commands.fixture.ts';
import { createState, tallyIn } from './state.ts';
import { emptyTally } from './tally.ts';

const found = (comparisons: number) => ({ ...emptyTally, comparisons });

test('a write that fails is told once and the next one may do; the last one must', async () => {
  await using folder = await scratch();
  const file = folder.path('later/state.json');
  const [told, isTold] = [[] as string[], Promise.withResolvers<void>()];
  const state = createState(file, (text) => {
    told.push(text);
    isTold.resolve();
  });
  state.keep(found(1));
  await isTold.promise; // nobody waits for a write between two looks
  state.keep(found(2));
  expect(await state.kept()).toMatchObject({ exitCode: 2, message: expect.stringContaining(file) });
  expect(told).toEqual([expect.stringMatching(/^--state .*ENOENT.*tried again/)]);

  await mkdir(folder.path('later'));
  state.keep(found(3));
  expect(await state.kept()).toBeUndefined();
  expect(await tallyIn(file)).toEqual(found(3));
});
