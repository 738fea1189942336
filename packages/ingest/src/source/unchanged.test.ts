import { appendFile, mkdir, mkdtemp, rename, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolder } from '@segment-store/folder/open';
import { unlimited } from '@segment-store/resilience/operation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runFiles, writeRun } from '../../../../test/support/run-folder.ts';
import { parts, run } from '../place.fixture.ts';
import { openRun } from './run.ts';
import { sourceBytes } from './source.ts';
import { checkUnchanged } from './unchanged.ts';

const PART = 'members/part-00001';
let parent = '';
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'ingest-unchanged-'));
});
afterAll(() => rm(parent, { recursive: true }));

/** A run of three parts, the last one of no bytes, opened; and its directory. */
async function opened() {
  const directory = await writeRun(await mkdtemp(join(parent, 'run-')), runFiles({ run, parts: [...parts, []] }));
  return { directory, run: await openRun(openFolder(directory), unlimited) };
}

test.each<readonly [what: string, change: (directory: string) => Promise<unknown>]>([
  ['nothing', async () => {}],
  ['a marker', (directory) => writeFile(join(directory, '_SUCCESS'), '')],
  ['a hidden file among the parts', (directory) => writeFile(join(directory, 'members', '.part-9.crc'), 'x')],
  ['a file that is no part', (directory) => writeFile(join(directory, 'notes.txt'), 'x')],
  ['a marker among the parts', (directory) => writeFile(join(directory, 'members', '_committed_1'), 'x')],
])('a folder is unchanged by %s', async (_, change) => {
  const { directory, run } = await opened();
  await change(directory);
  await checkUnchanged(run, unlimited);
});

test.each<readonly [what: string, change: (directory: string) => Promise<unknown>, names: string]>([
  ['grew', (directory) => appendFile(join(directory, PART), '\n'), `${PART} is not what it was in`],
  [
    'was replaced by one of the same length',
    async (directory) => {
      await writeFile(join(directory, 'other'), Buffer.alloc(2));
      await rename(join(directory, 'other'), join(directory, PART));
    },
    `${PART} is not what it was in`,
  ],
  ['was written again', (directory) => utimes(join(directory, PART), 1, 1), `${PART} is not what it was in`],
  ['is gone', (directory) => unlink(join(directory, PART)), `${PART} is gone from`],
  ['is there that was not', (directory) => writeFile(join(directory, 'members/z'), ''), 'members/z has been added to'],
  [
    'is there in a directory of its own',
    async (directory) => {
      await mkdir(join(directory, 'members/day=1'));
      await writeFile(join(directory, 'members/day=1/z'), '');
    },
    'members/day=1/z has been added to',
  ],
])('a part that %s is CHANGED, by its name', async (_, change, names) => {
  const { directory, run } = await opened();
  await change(directory);
  await expect(checkUnchanged(run, unlimited)).rejects.toMatchObject({
    code: 'CHANGED',
    message: expect.stringContaining(`${names} ${run.folder.url} since the load began`),
  });
});

test.each(['catalogue.ndjson', 'manifest.json'])('%s that was written again is CHANGED', async (key) => {
  const { directory, run } = await opened();
  await appendFile(join(directory, key), '\n');
  await expect(checkUnchanged(run, unlimited)).rejects.toMatchObject({
    code: 'CHANGED',
    message: expect.stringContaining(`${key} is not what it was in`),
  });
});

test('a folder that is gone is INCOMPLETE', async () => {
  const { directory, run } = await opened();
  await rm(directory, { recursive: true });
  await expect(checkUnchanged(run, unlimited)).rejects.toMatchObject({ code: 'INCOMPLETE' });
});

test('a part of no bytes is read as none', async () => {
  const { run } = await opened();
  const part = run.manifest.parts[2] ?? run.manifest.catalogue;
  expect(part).toMatchObject({ bytes: 0, rows: 0 });
  expect(await Array.fromAsync(sourceBytes(run.source(part), unlimited))).toEqual([]);
});
