/** The run folder that the README shows is one. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createPlaces, ended, served } from '../place.fixture.ts';
import { loadCommand } from './load.ts';

const FILE = /<!-- file: (\S+?),?( written last)? -->\n```\w+\n([^`]*)```/g;

test('a run folder as the README shows it is loaded', async () => {
  await using places = await createPlaces();
  const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
  const folder = join(places.root, '20260131t040000z');
  for (const [, key = '', , content = ''] of readme.matchAll(FILE)) {
    await mkdir(dirname(join(folder, key)), { recursive: true });
    await writeFile(join(folder, key), content);
  }
  const [store, scratch] = [`embedded:${join(places.root, 'store')}`, join(places.root, 'scratch')];
  const { exitCode, said } = await ended(loadCommand, [folder], { store, scratch });
  expect(exitCode, said).toBe(0);
  expect((await served(store, ['12583', '1'])).members).toEqual([['recurrent:country:France'], undefined]);
});
