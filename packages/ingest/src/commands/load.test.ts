import type { CommandEvent } from '@segment-store/cli/event';
import { CommandError } from '@segment-store/cli/exit-code';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runFiles } from '../../../../test/support/run-folder.ts';
import { createPlaces, member, type Places, parts, run, served } from '../place.fixture.ts';
import { badMembers, badRuns } from './load.bad-input.cases.ts';
import { loadCommand } from './load.ts';

let places: Places;
beforeAll(async () => {
  places = await createPlaces();
});
afterAll(() => places[Symbol.asyncDispose]());

/** The command in this process: its exit code, and everything it said. */
async function load(folder: string, store: string) {
  const events: CommandEvent[] = [];
  const context = { say: (event: CommandEvent) => void events.push(event), signal: new AbortController().signal };
  const given = { args: [folder], flags: { store }, environmentPrefix: 'LOAD_TEST' };
  const failure = await loadCommand.run(given, context).catch((error: Error) => error);
  const said = events.flatMap((event) => ('text' in event ? [event.text] : []));
  if (failure === undefined) return { exitCode: 0, said: said.join('\n') };
  const exitCode = failure instanceof CommandError ? failure.exitCode : 1;
  return { exitCode, said: [...said, failure.message].join('\n') };
}

test.each(badRuns)('$what: exit $exitCode, nothing published', async ({ spoil, exitCode, names }) => {
  const files = runFiles({ run, parts, gzip: true });
  spoil(files);
  const { folder, store } = await places.place(files);
  const { said, ...ended } = await load(folder, store);
  expect(ended.exitCode, said).toBe(exitCode);
  for (const name of names) expect(said).toContain(name);
  expect((await served(store, [])).run).not.toBe(run);
});

test.each(badMembers)('$what: exit $exitCode, nothing published', async ({ line, exitCode, names }) => {
  const lines = [member('c1', 'a'), line, member('c2', 'a'), member('c3', 'a')];
  const { folder, store } = await places.place(runFiles({ run, parts: [lines] }));
  const { said, ...ended } = await load(folder, store);
  expect(ended.exitCode, said).toBe(exitCode);
  for (const name of names) expect(said).toContain(name);
  expect((await served(store, [])).run).not.toBe(run);
});
