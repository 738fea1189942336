import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileInfo, Folder } from '@segment-store/folder/folder';
import { openFolder } from '@segment-store/folder/open';
import { unlimited } from '@segment-store/resilience/operation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeManifest, runFiles, writeRun } from '../../../../test/support/run-folder.ts';
import { parts, run } from '../place.fixture.ts';
import { openRun } from './run.ts';

const FIRST = 'members/part-00000';
let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ingest-run-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** A run whose manifest says `etag` of its first part. */
async function runSaying(etag: string): Promise<Folder> {
  const files = runFiles({ run, parts });
  changeManifest(files, (manifest) => ({
    ...manifest,
    parts: manifest.parts.map((part) => (part.key === FIRST ? { ...part, etag } : part)),
  }));
  return openFolder(await writeRun(directory, files));
}

/** The same folder, with etags as S3 answers them. */
function asInS3(folder: Folder, etag: string): Folder {
  const answered = (file: FileInfo): FileInfo => (file.key === FIRST ? { ...file, etag } : file);
  return {
    url: 's3://bucket/run',
    etags: 's3',
    remote: true,
    async *list(prefix, call) {
      for await (const file of folder.list(prefix, call)) yield answered(file);
    },
    info: (key, call) => folder.info(key, call),
    read: (file, range, call) => folder.read(file, range, call),
    write: (key, body, call) => folder.write(key, body, call),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test.each([
  ['"5d41402a-2"', '"5d41402a-2"'],
  ['5d41402a-2', '"5d41402a-2"'],
  ['"5d41402a-2"', '5d41402a-2'],
])('etag %s in the manifest is %s in S3', async (said, answered) => {
  const { manifest } = await openRun(asInS3(await runSaying(said), answered), unlimited);
  expect(manifest.run).toBe(run);
});

test('another etag in S3 is another file', async () => {
  const folder = asInS3(await runSaying('"of-yesterday"'), '"5d41402a"');
  await expect(openRun(folder, unlimited)).rejects.toMatchObject({
    code: 'CHANGED',
    message: expect.stringContaining(`${FIRST} in s3://bucket/run has etag 5d41402a, the manifest says of-yesterday`),
  });
});

test('a run copied from S3 to a directory keeps its etags, which say nothing there', async () => {
  const { manifest } = await openRun(await runSaying('"5d41402a"'), unlimited);
  expect(manifest.run).toBe(run);
});
