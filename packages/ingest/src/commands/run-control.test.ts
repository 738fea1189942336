/** What becomes of runs that do not go straight: bad parts, holds, older runs, builds given up, erased customers. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRunId, type RunId } from '@segment-store/contract/id';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { changeManifest, type RunFiles, runFiles, writeRun } from '../../../../test/support/run-folder.ts';
import { createPlaces, type Ended, ended, member, type Places, run, served } from '../place.fixture.ts';
import { abortCommand, statusCommand } from './builds.ts';
import { eraseCommand } from './erase.ts';
import { generationsCommand, rollbackCommand, unholdCommand } from './generations.ts';
import { loadCommand, publishCommand } from './load.ts';
import { planCommand } from './plan.ts';
import { verifyCommand } from './verify.ts';

vi.setConfig({ testTimeout: 60_000 });

let places: Places;
beforeAll(async () => {
  places = await createPlaces();
});
afterAll(() => places[Symbol.asyncDispose]());

const next = parseRunId('20260201t040000z');
const lines = Array.from({ length: 100 }, (_, index) => member(`c${index}`, 'a'));
const load = (folder: string, flags: object): Promise<Ended> => ended(loadCommand, [folder], { ...flags });
const dataOf = ({ events }: Ended) => events.find((event) => event.kind === 'result')?.data;

/** Parts of one customer each; those at `broken` are cut short, which the manifest does not tell. */
function manyParts(count: number, ...broken: readonly number[]): RunFiles {
  const parts = Array.from({ length: count }, (_, index) => [member(`c${index}`, 'a')]);
  const files = runFiles({ run, parts, gzip: true });
  for (const index of broken) {
    const key = keyOf(index);
    files.set(key, (files.get(key) ?? Buffer.alloc(0)).subarray(0, -4));
  }
  changeManifest(files, ({ parts, ...manifest }) => ({
    ...manifest,
    parts: parts.map((part) => ({ ...part, bytes: files.get(part.key)?.length ?? 0 })),
  }));
  return files;
}
const keyOf = (index: number) => `members/part-${String(index).padStart(5, '0')}`;

test('one bad part of 1,000 is left out, named in report and ledger', async () => {
  const { folder, store } = await places.place(manyParts(1_000, 7));
  const canaries = join(folder, '..', 'canaries.json');
  await writeFile(canaries, JSON.stringify({ c7: ['a'] }));
  // A canary keeps the build from being published.
  const refused = await load(folder, { store, canaries });
  expect(refused).toMatchObject({ exitCode: 4, said: expect.stringContaining('canaries: 1 of 1') });
  expect(refused.events).toContainEqual(
    expect.objectContaining({
      kind: 'item',
      name: keyOf(7),
      state: 'failed',
      failure: expect.objectContaining({ code: 'CORRUPT' }),
    }),
  );
  expect(refused.events).toContainEqual(
    expect.objectContaining({
      kind: 'verdict',
      gate: 'parts',
      figure: `1 of 1,000 parts left out (${keyOf(7)} CORRUPT)`,
      passed: true,
    }),
  );
  // Taken up again it is as bad as before.
  const retried = await load(folder, { store, canaries, retryFailed: true });
  expect(retried).toMatchObject({ exitCode: 4, said: expect.stringContaining('canaries: 1 of 1') });
  const status = await ended(statusCommand, [run], { store });
  expect(status.said).toContain('parts: 999 finished, 1 failed');
  const accepted = await load(folder, { store });
  expect(accepted).toMatchObject({ exitCode: 0, said: expect.stringContaining(`left out: 1 parts (${keyOf(7)})`) });
  expect(dataOf(accepted)).toMatchObject({ customers: 999, leftOut: { parts: [{ key: keyOf(7), code: 'CORRUPT' }] } });
  expect((await served(store, ['c6', 'c7'])).members).toEqual([['a'], undefined]);
});

test('of few parts none may be bad: its own failure ends the load, exit 7', async () => {
  const { folder, store } = await places.place(manyParts(199, 7));
  const { exitCode, said } = await load(folder, { store });
  expect([exitCode, said]).toEqual([7, expect.stringContaining(`${keyOf(7)} ends in the middle of its gzip data`)]);
});

test('more bad parts than the budget are refused, exit 4, naming them', async () => {
  const { folder, store } = await places.place(manyParts(400, 7, 8, 9));
  const { exitCode, said } = await load(folder, { store });
  expect([exitCode, said]).toEqual([
    4,
    expect.stringMatching(/parts: 3 of 400 parts left out \(.*part-0000[789].*at most 2/),
  ]);
  expect(await load(folder, { store, maxBadPartsShare: '1%', maxBadParts: '2' })).toMatchObject({ exitCode: 4 });
  const raised = await load(folder, { store, maxBadPartsShare: '1%', accept: 'segment-sizes' });
  expect(raised.exitCode, raised.said).toBe(0);
});

test('parts that were left out come again with --retry-failed while the run is not published', async () => {
  const { folder, store } = await places.place(manyParts(400, 7, 8, 9));
  expect(await load(folder, { store })).toMatchObject({ exitCode: 4 });
  const again = await load(folder, { store, retryFailed: true, maxBadPartsShare: '1%', accept: 'segment-sizes' });
  const begun = again.events.flatMap((event) => (event.kind === 'item' && event.state === 'begun' ? [event.name] : []));
  expect(begun).toEqual(expect.arrayContaining([7, 8, 9].map(keyOf)));
  expect(again.exitCode, again.said).toBe(0);
});

const before = parseRunId('20260101t040000z');
const between = parseRunId('20260115t040000z');

async function runFolder(folder: string, id: RunId, of = lines): Promise<string> {
  return writeRun(join(folder, '..', id), runFiles({ run: id, parts: [of.slice(0, 50), of.slice(50)] }));
}

test('under a hold a load says so at the start, loads, seals and judges, and ends with exit 4 and the way out', async () => {
  const { folder, store } = await places.place(runFiles({ run, parts: [lines] }));
  await load(await runFolder(folder, before), { store });
  await load(await runFolder(folder, between), { store });
  await ended(rollbackCommand, [], { store });
  const onHold = /publishing is on hold since the rollback at .*, until `segment-ingest unhold`/;
  expect((await ended(planCommand, [folder], { store })).said).toMatch(onHold);
  expect((await ended(generationsCommand, [], { store })).said).toMatch(onHold);
  const held = await load(folder, { store });
  expect(held.exitCode, held.said).toBe(4);
  expect(held.said).toMatch(/^publishing is on hold since the rollback at .*unhold/);
  expect(held.said).toMatch(/until `unhold`: the run stays loaded, .*segment-ingest publish <run-folder>`$/);
  expect(held.events.filter(({ kind }) => kind === 'verdict').length).toBeGreaterThan(10);
  await ended(unholdCommand, [], { store });
  expect(await ended(publishCommand, [folder], { store })).toMatchObject({ exitCode: 0 });
  expect((await served(store, [])).run).toBe(run);
});

test('an older run goes live with --allow-older only', async () => {
  const { folder, store } = await places.place(runFiles({ run, parts: [lines] }));
  await load(folder, { store });
  const older = await runFolder(folder, before);
  expect(await load(older, { store })).toMatchObject({ exitCode: 5, said: expect.stringContaining('--allow-older') });
  expect(await load(older, { store, allowOlder: true })).toMatchObject({ exitCode: 0 });
  expect((await served(store, [])).run).toBe(before);
});

test('a build that was refused is given up by abort, and begun anew with --rebuild', async () => {
  const { folder, store } = await places.place(runFiles({ run, parts: [lines.with(3, 'no line')] }));
  expect(await load(folder, { store })).toMatchObject({ exitCode: 4 });
  expect(dataOf(await ended(statusCommand, [run], { store }))).toMatchObject({
    generation: { run, state: 'building' },
  });
  const rebuilt = await load(folder, { store, rebuild: true, accept: 'rejected' });
  expect(dataOf(rebuilt)).toMatchObject({ rows: 100, replayed: 0, customers: 99 });
  expect(await ended(abortCommand, [run], { store })).toMatchObject({
    exitCode: 4,
    said: expect.stringContaining('live'),
  });
  const more = await runFolder(folder, next, [...lines, ...lines.map((line) => line.replace('c', 'd'))]);
  expect(await load(more, { store })).toMatchObject({ exitCode: 4 });
  expect(await ended(abortCommand, [next], { store })).toMatchObject({ exitCode: 0 });
  expect(await ended(statusCommand, [next], { store })).toMatchObject({
    exitCode: 4,
    said: expect.stringContaining(next),
  });
});

test('an erased customer is gone, stays out of later loads, and no gate or comparison misses her', async () => {
  const { folder, store } = await places.place(runFiles({ run, parts: [lines] }));
  await load(folder, { store });
  expect(await ended(eraseCommand, ['c3'], { store })).toMatchObject({
    exitCode: 2,
    said: expect.stringContaining('--confirm 1'),
  });
  expect(await ended(eraseCommand, ['c3'], { store, confirm: '2' })).toMatchObject({ exitCode: 2 });
  const erased = await ended(eraseCommand, ['c3'], { store, confirm: '1' });
  expect(dataOf(erased)).toMatchObject({ customers: 1, recorded: 1, generations: [{ run, deleted: 1 }] });
  expect((await served(store, ['c2', 'c3'])).members).toEqual([['a'], undefined]);
  const verified = await ended(verifyCommand, [folder], { store });
  expect(verified).toMatchObject({
    exitCode: 0,
    said: expect.stringContaining('99 lines equal, 0 different, 0 absent, 0 rejected, 1 erased'),
  });
  const later = await load(await runFolder(folder, next), { store });
  expect(later, later.said).toMatchObject({ exitCode: 0 });
  expect(dataOf(later)).toMatchObject({ customers: 99, leftOut: { skipped: 1 } });
  expect((await served(store, ['c3'])).members).toEqual([undefined]);
});

test('a customer erased while a run is built, or waits to be published, does not stop it', async () => {
  const { folder, store } = await places.place(runFiles({ run, parts: [lines.with(3, 'no line')] }));
  await load(await runFolder(folder, before), { store });
  await load(await runFolder(folder, between), { store });
  expect(await load(folder, { store })).toMatchObject({ exitCode: 4 }); // more lines are bad than may be
  await ended(eraseCommand, ['c7'], { store, confirm: '1' });
  const built = await load(folder, { store, accept: 'rejected' });
  expect(built.exitCode, built.said).toBe(0);
  await ended(rollbackCommand, [], { store });
  const later = await runFolder(folder, next);
  expect(await load(later, { store })).toMatchObject({ exitCode: 4 }); // on hold
  await ended(eraseCommand, ['c8'], { store, confirm: '1' });
  await ended(unholdCommand, [], { store });
  const published = await ended(publishCommand, [later], { store });
  expect(published.exitCode, published.said).toBe(0);
  expect((await served(store, ['c6', 'c7', 'c8'])).members).toEqual([['a'], undefined, undefined]);
});

test.each([
  ['nobody', [], {}, 'nobody to erase'],
  ['what is no id', ['c1', ''], { confirm: '2' }, 'customer 2 of those given has an id that is none'],
  ['a file that is not there', [], { file: 'nowhere.txt' }, 'nowhere.txt'],
])('erasing %s: exit 2', async (_, customers, flags, names) => {
  const { store } = await places.place(runFiles({ run, parts: [lines] }));
  expect(await ended(eraseCommand, customers, { store, ...flags })).toMatchObject({
    exitCode: 2,
    said: expect.stringContaining(names),
  });
});

test('duplicates across parts are rejected but for the first, whichever part that is in', async () => {
  const twice = lines.with(3, member('c50', 'a'));
  const files = runFiles({ run, parts: [twice.slice(0, 50), twice.slice(50)] });
  const { folder, store } = await places.place(files);
  const found = await load(folder, { store, accept: 'rejected' });
  expect(found, found.said).toMatchObject({ exitCode: 0 });
  expect(dataOf(found)).toMatchObject({ customers: 99, leftOut: { rejected: { 'duplicate-customer': 1 } } });
  expect((await served(store, ['c50'])).members).toEqual([['a']]);
});

test('after a publish what retention does not keep is removed, and reported', async () => {
  const { folder, store } = await places.place(runFiles({ run, parts: [lines] }));
  const runs = [before, between, run, next];
  for (const id of runs.slice(0, 3))
    await load(await runFolder(folder, id), { store, keep: '1', keepYoungerThan: '0' });
  const last = await load(await runFolder(folder, next), { store, keep: '1', keepYoungerThan: '0' });
  expect(last.exitCode, last.said).toBe(0);
  expect(last.said).toContain(`removed ${between}`);
  const { generations } = dataOf(await ended(generationsCommand, [], { store })) ?? {};
  expect(generations).toMatchObject([
    { run: next, state: 'live' },
    { run, state: 'retired' },
  ]);
});
