import { parseRunId } from '@segment-store/contract/id';
import { Failure } from '@segment-store/resilience/failure';
import { unlimited } from '@segment-store/resilience/operation';
import { openStore } from '@segment-store/store/open';
import type { Store } from '@segment-store/store/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runFiles } from '../../../test/support/run-folder.ts';
import { loadCommand } from './commands/load.ts';
import { createPlaces, ended, type Places, parts, run } from './place.fixture.ts';
import { steady } from './steady.ts';

let places: Places;
let store: Store;
beforeEach(async () => {
  places = await createPlaces();
  const { folder, store: url } = await places.place(runFiles({ run, parts }));
  await ended(loadCommand, [folder], { store: url });
  store = openStore(url);
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await places[Symbol.asyncDispose]();
});

const other = parseRunId('20250101t000000z');
const lost = (retryable = true) => new Failure('UNAVAILABLE', 'the answer was lost', { retryable });

test('a question whose answer is lost is asked again; one that is refused is not', async () => {
  let asked = 0;
  const live = async () => {
    asked += 1;
    if (asked === 1) throw lost();
    return store.publisher.live();
  };
  const { publisher } = steady({ ...store, publisher: { ...store.publisher, live } }, unlimited);
  expect((await publisher.live()).generation.run).toBe(run);
  expect(asked).toBe(2);
  const refusing = { ...store.publisher, generations: () => Promise.reject(lost(false)) };
  const refused = steady({ ...store, publisher: refusing }, unlimited).publisher.generations();
  await expect(refused).rejects.toThrow('the answer was lost');
});

test('a publish whose answer is lost is not done twice', async () => {
  const before = await store.publisher.live();
  let isLive = false;
  let published = 0;
  const lossy: Store['publisher'] = {
    ...store.publisher,
    live: async () => (isLive ? before : { ...before, generation: { ...before.generation, run: other } }),
    publish: async () => {
      published += 1;
      isLive = true;
      throw lost();
    },
  };
  expect(await steady({ ...store, publisher: lossy }, unlimited).publisher.publish(run, 0, [])).toEqual(before);
  expect(published).toBe(1);
});
