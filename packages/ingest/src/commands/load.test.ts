import { afterAll, beforeAll, expect, test } from 'vitest';
import { runFiles } from '../../../../test/support/run-folder.ts';
import { createPlaces, ended, member, type Places, parts, run, served } from '../place.fixture.ts';
import { badMembers, badRuns } from './load.bad-input.cases.ts';
import { loadCommand } from './load.ts';

let places: Places;
beforeAll(async () => {
  places = await createPlaces();
});
afterAll(() => places[Symbol.asyncDispose]());

const load = (folder: string, store: string) => ended(loadCommand, [folder], { store });

test.each(badRuns)('$what: exit $exitCode, nothing published', async ({ spoil, exitCode, names }) => {
  const files = runFiles({ run, parts, gzip: true });
  spoil(files);
  const { folder, store } = await places.place(files);
  const { said, ...was } = await load(folder, store);
  expect(was.exitCode, said).toBe(exitCode);
  for (const name of names) expect(said).toContain(name);
  expect((await served(store, [])).run).not.toBe(run);
});

test.each(badMembers)('$what: exit $exitCode, nothing published', async ({ line, exitCode, names }) => {
  const lines = [member('c1', 'a'), line, member('c2', 'a'), member('c3', 'a')];
  const { folder, store } = await places.place(runFiles({ run, parts: [lines] }));
  const { said, ...was } = await load(folder, store);
  expect(was.exitCode, said).toBe(exitCode);
  for (const name of names) expect(said).toContain(name);
  expect((await served(store, [])).run).not.toBe(run);
});
