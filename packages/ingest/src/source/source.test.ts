import { createHash } from 'node:crypto';
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolder } from '@segment-store/folder/open';
import { unlimited } from '@segment-store/resilience/operation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sourceBytes } from './source.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ingest-source-'));
});
afterAll(() => rm(directory, { recursive: true }));

const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex');

async function sourceOf(content: string, sha256?: string) {
  await writeFile(join(directory, 'p0'), content);
  const folder = openFolder(directory);
  const file = await folder.info('p0', unlimited);
  return { folder, file, part: { key: 'p0', bytes: file.bytes, rows: 1, ...(sha256 !== undefined && { sha256 }) } };
}

const textOf = async (source: Awaited<ReturnType<typeof sourceOf>>) =>
  Buffer.concat(await Array.fromAsync(sourceBytes(source, unlimited))).toString();

test.each(['', 'some bytes'])('bytes with the sha256 that was promised, or with none, pass: %j', async (content) => {
  expect(await textOf(await sourceOf(content))).toBe(content);
  expect(await textOf(await sourceOf(content, sha256Of(content)))).toBe(content);
});

test.each(['', 'some bytes'])('another sha256 is CORRUPT: %j', async (content) => {
  const source = await sourceOf(content, sha256Of('other bytes'));
  await expect(textOf(source)).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringContaining(`p0 in ${source.folder.url} has sha256 ${sha256Of(content)}`),
  });
});

test('a file that is gone when its turn comes is INCOMPLETE', async () => {
  const source = await sourceOf('some bytes');
  await unlink(join(directory, 'p0'));
  await expect(textOf(source)).rejects.toMatchObject({
    code: 'INCOMPLETE',
    message: expect.stringContaining('p0 in '),
  });
});
