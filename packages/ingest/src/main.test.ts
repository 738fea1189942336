import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand } from '@segment-store/cli/child';
import { parseRunId } from '@segment-store/contract/id';
import { parseMemberLine } from '@segment-store/contract/lines';
import { unlimited } from '@segment-store/resilience/operation';
import { openStore } from '@segment-store/store/open';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunFiles, runFiles, writeRun } from '../../../test/support/run-folder.ts';
import { badCommands, badMembers, badRuns } from './bad-input.cases.ts';

const run = parseRunId('20260131t040000z');
const member = (id: string, ...segments: string[]) => JSON.stringify({ customer_id: id, segment_ids: segments });
const parts = [
  [member('c1', 'a', 'b'), member('c2', 'a')],
  [member('c3', 'b', 'a'), member('c4', 'b')],
];

let root = '';
let places = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ingest-test-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A run folder with these files, and an embedded store of its own. */
async function place(files: RunFiles) {
  places++;
  return {
    folder: await writeRun(join(root, `${places}`, run), files),
    store: `embedded:${join(root, `${places}`, 'store')}`,
  };
}

async function ingest(...args: readonly string[]) {
  const { exitCode, events, stderr } = await startCommand(join(import.meta.dirname, 'main.ts'), args).finished;
  const texts = events.flatMap((event) => ('text' in event ? [event.text] : []));
  const said = [...texts, stderr].join('\n');
  return { exitCode, said, result: events.find((event) => event.kind === 'result') };
}

/** The ids of the live generation's members among `ids`, with their segments. */
async function served(url: string, ids: readonly string[]) {
  await using store = openStore(url);
  const { generation } = await store.publisher.live();
  await using reader = await store.reader.open(generation.run, unlimited);
  const lines = ids.map((id) => parseMemberLine(Buffer.from(member(id))).customerId);
  const members = await reader.read(lines, unlimited);
  return {
    run: generation.run,
    members: members.map((one) => (one.status === 'fulfilled' ? one.value?.segmentIds : one)),
  };
}

test.each([{ gzip: false }, { gzip: true }])('a run is loaded and live, %o', async ({ gzip }) => {
  const { folder, store } = await place(runFiles({ run, parts, gzip }));
  const { exitCode, result } = await ingest('load', folder, '--store', store);
  expect(exitCode).toBe(0);
  expect(result).toMatchObject({ data: { run, published: true, customers: 4, memberships: 6, segments: 2, rows: 4 } });
  expect(await served(store, ['c1', 'c3', 'c9'])).toEqual({ run, members: [['a', 'b'], ['b', 'a'], undefined] });
});

test('the same run again is nothing to do', async () => {
  const { folder, store } = await place(runFiles({ run, parts }));
  await ingest('load', folder, '--store', store);
  const again = await ingest('load', folder, '--store', store);
  expect(again).toMatchObject({ exitCode: 0, result: { data: { published: false } } });
  expect(again.said).toContain('live already: nothing to do');
});

test.each(badRuns)('$what: exit $exitCode, nothing published', async ({ spoil, exitCode, names }) => {
  const files = runFiles({ run, parts, gzip: true });
  spoil(files);
  const { folder, store } = await place(files);
  const { said, ...ended } = await ingest('load', folder, '--store', store);
  expect(ended.exitCode, said).toBe(exitCode);
  for (const name of names) expect(said).toContain(name);
  expect(said).not.toContain('    at ');
  expect((await served(store, [])).run).not.toBe(run);
});

test.each(badMembers)('$what: exit $exitCode, nothing published', async ({ line, exitCode, names }) => {
  const lines = [member('c1', 'a'), line, member('c2', 'a'), member('c3', 'a')];
  const { folder, store } = await place(runFiles({ run, parts: [lines] }));
  const { said, ...ended } = await ingest('load', folder, '--store', store);
  expect(ended.exitCode, said).toBe(exitCode);
  for (const name of names) expect(said).toContain(name);
  expect((await served(store, [])).run).not.toBe(run);
});

test.each(badCommands)('$what: exit $exitCode', async ({ args, config, exitCode, names }) => {
  const { folder, store } = await place(runFiles({ run, parts }));
  const file = join(root, 'plain-file');
  await writeFile(file, config ?? '');
  const real = (text: string) => text.replace('RUN', folder).replace('STORE', store).replace('FILE', file);
  const { said, ...ended } = await ingest(...args.map(real), ...(config === undefined ? [] : ['--config', file]));
  expect(ended.exitCode, said).toBe(exitCode);
  for (const name of names) expect(said).toContain(real(name));
  expect(said).not.toContain('    at ');
});
