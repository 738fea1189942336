import { expect, test } from 'vitest';
import { newGeneration } from './generation.ts';
import { holderOf } from './holder.ts';
import { begun } from './part-record.ts';
import { prune } from './prune.ts';
import { recordsIn } from './records.fixture.ts';
import { amend, generationKey, partKey } from './records.ts';
import { refusal } from './refusal.ts';
import { type RemovalTerms, remove } from './removal.ts';
import { callFor, manifestOf, runAt } from './store.fixture.ts';
import { GENESIS } from './store.ts';

const run = runAt(1);
const live = { run: GENESIS, epoch: 0, floor: 0 };

/** `before`: what others do between the look at who holds a run and the mark. */
async function removing(before: (terms: RemovalTerms) => Promise<unknown>) {
  const records = recordsIn(new Map());
  await records.put(generationKey(run), { value: newGeneration(manifestOf(run)), version: undefined }, callFor());
  const removed: string[] = [];
  let isFirst = true;
  const terms: RemovalTerms = {
    records,
    lives: () => true,
    async mark(_, change, call) {
      if (isFirst) await before(terms);
      isFirst = false;
      return amend(records, { key: generationKey(run), change: (record) => change(record, live) }, call);
    },
    removeDocuments: async (one) => void removed.push(one),
  };
  return { terms, removed };
}

test('a build whose part a job takes at that moment stays, and goes on', async () => {
  const { terms, removed } = await removing(({ records }) =>
    records.put(
      partKey(run, 0),
      { value: begun(undefined, 'members/part-0', holderOf('a job', 60_000)), version: undefined },
      callFor(),
    ),
  );
  await expect(remove(terms, run, callFor())).rejects.toMatchObject({ code: 'HELD' });
  expect(removed).toEqual([]);
  expect((await terms.records.get(generationKey(run), callFor()))?.value.removing).toBeUndefined();
});

test('one that nobody holds goes with its records', async () => {
  const { terms, removed } = await removing(async () => {});
  await remove(terms, run, callFor());
  expect(removed).toEqual([run]);
  expect(await terms.records.get(generationKey(run), callFor())).toBeUndefined();
});

test('a prune passes over what another one takes away meanwhile', async () => {
  const terms = {
    records: async () => [runAt(1), runAt(2)].map((one) => newGeneration(manifestOf(one))),
    lastSeenAt: async (one: string) => {
      if (one === runAt(1)) throw refusal('NOT_FOUND', `no generation of run ${one}`);
      return new Date(0);
    },
    remove: async () => {},
  };
  expect(await prune(terms, {}, callFor())).toMatchObject([{ run: runAt(2) }]);
});
