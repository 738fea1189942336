import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { runTime } from '@segment-store/contract/id';
import { parseManifest } from '@segment-store/contract/manifest';
import { openFolder } from '@segment-store/folder/open';
import { unlimited } from '@segment-store/resilience/operation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunFiles, runFiles, writeRun } from '../../../../test/support/run-folder.ts';
import { inParallel } from '../in-parallel.ts';
import { parquetOf } from '../lines/parquet.fixture.ts';
import { member, parts, run } from '../place.fixture.ts';
import { badFolders } from './no-manifest.bad-input.cases.ts';
import { openRunWithoutManifest } from './no-manifest.ts';
import { checkUnchanged } from './unchanged.ts';

let parent = '';
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'ingest-no-manifest-'));
});
afterAll(() => rm(parent, { recursive: true }));

/** As a job leaves them: `_SUCCESS` instead of the manifest. */
function leftFiles(): RunFiles {
  const files: RunFiles = new Map(runFiles({ run, parts }));
  files.delete('manifest.json');
  return files.set('_SUCCESS', Buffer.from('{"filenames":["members/not-there"]}'));
}

async function open(files: RunFiles) {
  const folder = openFolder(await writeRun(await mkdtemp(join(parent, 'run-')), files));
  return openRunWithoutManifest(folder, { run, inParallel: inParallel(2) }, unlimited);
}

/** The one part of a run that is otherwise good. */
function withOnePart(bytes: string | Uint8Array): RunFiles {
  const files = leftFiles().set('members/part-00000', Buffer.from(bytes));
  files.delete('members/part-00001');
  return files;
}

test('the manifest says what a producer would have said, and says the same again', async () => {
  const { manifest } = await open(leftFiles());
  const written = parseManifest(runFiles({ run, parts }).get('manifest.json') ?? Buffer.alloc(0));
  const { customers: _, ...totals } = written.totals;
  expect(manifest).toEqual({
    ...written,
    parts: written.parts.map(({ memberships: __, ...part }) => part),
    computedAt: runTime(run),
    totals,
    producer: { name: 'no-manifest', version: '1' },
    hash: manifest.hash,
  });
  expect((await open(leftFiles())).manifest.hash).toBe(manifest.hash);
  expect((await open(leftFiles().set('members/x', Buffer.from('')))).manifest.hash).not.toBe(manifest.hash);
});

test('the run is open as one with a manifest is: parts are read, and watched', async () => {
  const opened = await open(leftFiles().set('members/_committed_1', Buffer.from('x')));
  for (const part of opened.manifest.parts) expect(opened.source(part).file.bytes).toBe(part.bytes);
  expect(opened.manifest.parts.map(({ key }) => key)).toEqual(['members/part-00000', 'members/part-00001']);
  await checkUnchanged(opened, unlimited);
});

test("bad lines are rows, blank ones nothing, an empty part first says nothing; memberships are the catalogue's", async () => {
  const text = `${member('c1', 'a', 'b')}\n\nnot a line\n${member('c2', 'a', 'a')}\n${member('c3')}`;
  const { manifest } = await open(withOnePart(text).set('members/part', Buffer.from('')));
  const sizes = parts.flat().reduce((sum, line) => sum + JSON.parse(line).segment_ids.length, 0);
  expect(manifest.parts).toEqual([
    { key: 'members/part', bytes: 0, rows: 0 },
    { key: 'members/part-00000', bytes: text.length, rows: 4 },
  ]);
  expect(manifest.totals).toEqual({ memberships: sizes, segments: 2 });
});

const wide = `${member('c1', 'a', 'b')}\n${member('c2', 'a')}\n`;
const bySegment = '{"segment_id":"a","customer_ids":["c1","c2"]}\n{"segment_id":"b","customer_ids":["c1"]}\n';
const byCustomerTable = "select * from (values ('c1', ['a', 'b']), ('c2', ['a'])) t(customer_id, segment_ids)";
const pairTable = "select * from (values ('a', 'c1'), ('a', 'c2'), ('b', 'c1')) t(segment_id, customer_id)";

test.each<readonly [what: string, shape: string, rows: number, bytes: () => string | Uint8Array | Promise<Uint8Array>]>(
  [
    ['NDJSON', 'by-customer ndjson', 2, () => wide],
    ['NDJSON in gzip', 'by-customer ndjson', 2, () => gzipSync(wide)],
    ['NDJSON in zstd', 'by-customer ndjson', 2, () => zstdCompressSync(wide)],
    ['CSV', 'by-customer csv', 2, () => 'customer_id,segment_ids\nc1,a|b\nc2,a\n'],
    ['CSV in gzip, quoted', 'by-customer csv', 2, () => gzipSync('"segment_ids";"customer_id"\r\na|b;c1\r\na;c2')],
    ['Parquet', 'by-customer parquet', 2, () => parquetOf(byCustomerTable)],
    ['NDJSON', 'by-segment ndjson', 2, () => bySegment],
    ['tall CSV', 'by-segment csv', 3, () => 'segment_id,customer_id\na,c1\na,c2\nb,c1\n'],
    ['tall CSV with a bad row', 'by-segment csv', 4, () => 'segment_id,customer_id\na,c1\na\na,c2\nb,c1\n'],
    ['tall Parquet', 'by-segment parquet', 3, () => parquetOf(pairTable)],
  ],
)('%s %s is known by its first bytes, and counted', async (_, shape, rows, bytes) => {
  const { manifest } = await open(withOnePart(await bytes()));
  expect(`${manifest.layout} ${manifest.format}`).toBe(shape);
  expect(manifest.parts).toMatchObject([{ rows }]);
});

test.each(['.gz', '.zst'])('a catalogue in %s counts as well', async (ending) => {
  const files = leftFiles();
  const catalogue = files.get('catalogue.ndjson') ?? Buffer.alloc(0);
  files.delete('catalogue.ndjson');
  files.set(`catalogue.ndjson${ending}`, ending === '.gz' ? gzipSync(catalogue) : zstdCompressSync(catalogue));
  expect((await open(files)).manifest.catalogue).toMatchObject({ key: `catalogue.ndjson${ending}`, rows: 2 });
});

test.each(badFolders)('$what: $code', async ({ spoil, code, names }) => {
  const files = leftFiles();
  spoil(files);
  const refused = open(files);
  await expect(refused).rejects.toMatchObject({ code });
  for (const name of names) await expect(refused).rejects.toThrow(name);
});
