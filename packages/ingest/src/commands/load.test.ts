import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCode } from '@segment-store/cli/exit-code';
import { parseSegmentId } from '@segment-store/contract/id';
import { unlimited } from '@segment-store/resilience/operation';
import { openStore } from '@segment-store/store/open';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeManifest, runFiles } from '../../../../test/support/run-folder.ts';
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

test('a complement segment is kept as a rule: it has no rows and its size is nobody', async () => {
  const files = runFiles({ run, parts, gzip: false });
  const [line = ''] = `${files.get('catalogue.ndjson')}`.split('\n');
  const rule = { ...JSON.parse(line), id: 'not-a', size: 1_000, complement_of: 'a', universe: 'known' };
  const text = `${files.get('catalogue.ndjson')}${JSON.stringify(rule)}\n`;
  files.set('catalogue.ndjson', Buffer.from(text));
  changeManifest(files, ({ catalogue, totals, ...manifest }) => ({
    ...manifest,
    catalogue: { ...catalogue, bytes: text.length, rows: 3 },
    totals: { ...totals, segments: 3 },
  }));
  const { folder, store } = await places.place(files);
  expect(await load(folder, store)).toMatchObject({ exitCode: 0 });
  await using opened = openStore(store);
  await using reader = await opened.reader.open(run, unlimited);
  expect(reader.catalogue.get(parseSegmentId('not-a'))).toMatchObject({ complementOf: 'a', universe: 'known' });
});

test('a part that came broken is taken up again after the gates refused the rest, and the run is published whole', async () => {
  const files = runFiles({ run, parts, gzip: true });
  const key = 'members/part-00001';
  const good = files.get(key) ?? Buffer.alloc(0);
  // As many bytes as the manifest says, but no gzip from the middle on.
  const { folder, store } = await places.place(new Map(files).set(key, Buffer.from(good).fill(0xff, 12)));
  const canaries = join(folder, '..', 'canaries.json');
  await writeFile(canaries, JSON.stringify({ c4: ['b'] }));
  const flags = { store, maxBadParts: '1', maxBadPartsShare: '50%', canaries };
  const refused = await ended(loadCommand, [folder], flags);
  expect(refused.exitCode, refused.said).toBe(exitCode.refused);
  expect((await served(store, [])).run).not.toBe(run);
  await writeFile(join(folder, key), good);
  // Sealed it is, so there is nothing to do for a load that leaves failed parts alone.
  expect(await ended(loadCommand, [folder], flags)).toMatchObject({ exitCode: exitCode.refused });
  const again = await ended(loadCommand, [folder], { ...flags, retryFailed: true });
  expect(again.exitCode, again.said).toBe(0);
  expect(await served(store, ['c1', 'c2', 'c3', 'c4'])).toEqual({
    run,
    members: [['a', 'b'], ['a'], ['b', 'a'], ['b']],
  });
});
