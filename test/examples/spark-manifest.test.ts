/** The half of examples/spark that needs no Spark: the manifest of what Spark leaves in a folder. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { segmentIdOf } from '@segment-store/contract/expand';
import { parseRunId } from '@segment-store/contract/id';
import { MANIFEST_KEY, parseManifest } from '@segment-store/contract/manifest';
import { tool } from '@segment-store/services/tool';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resultOf } from '../support/commands.ts';
import { generatedParts, type RunFiles, runFiles, writeRun } from '../support/run-folder.ts';

const example = fileURLToPath(new URL('../../examples/spark/', import.meta.url));
const run = parseRunId('20260131t040000z');

let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'spark-manifest-'));
});
afterAll(() => rm(scratch, { recursive: true }));

async function python(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(await tool({ command: 'python3', packages: ['python3'] }), [...args], {
    cwd: example,
  });
  return stdout;
}

/** A run as Spark leaves it: its own names, its markers and checksums among the parts, and no manifest. */
function sparkFiles(): RunFiles {
  const job = '42f46052-326a-4245-bd80-06c5829a060b';
  const files: RunFiles = new Map([['members/_SUCCESS', Buffer.alloc(0)]]);
  const parts = generatedParts({ customers: 300, parts: 3, seed: 1 });
  for (const [key, bytes] of runFiles({ run, parts, gzip: true })) {
    const name = key.replace(/members\/(part-\d+)/, `members/$1-${job}-c000.json.gz`);
    if (key === 'catalogue.ndjson') files.set(key, gunzipSync(bytes));
    else if (key !== MANIFEST_KEY) files.set(name, bytes);
    if (name !== key) files.set(name.replace('members/', 'members/.').concat('.crc'), Buffer.from('crc'));
  }
  return files;
}

test('a folder that Spark wrote becomes a run, once', async () => {
  const folder = await writeRun(join(scratch, run), sparkFiles());
  await python('run_manifest.py', folder);
  const manifest = parseManifest(await readFile(join(folder, MANIFEST_KEY)));
  expect(manifest).toMatchObject({ run, layout: 'by-customer', totals: { customers: 300 } });
  expect(manifest.parts).toHaveLength(3);
  const loaded = await resultOf('ingest', ['load', folder, '--store', `embedded:${join(scratch, 'store')}`]);
  expect(loaded).toMatchObject({ run, customers: 300, memberships: manifest.totals.memberships });
  await expect(python('run_manifest.py', folder)).rejects.toThrow('FileExistsError');
});

test('segments have the ids that segment-compute gives them', async () => {
  const values = ['France', 'United Kingdom', 'RSA/EIRE', 'Ελλάδα', 'a:b~c', 'x'.repeat(200), 'é'.repeat(60)];
  const program =
    'import json, sys, run_manifest as m; print(json.dumps([m.segment_id("d", "country", v) for v in sys.argv[1:]]))';
  const ids: readonly string[] = JSON.parse(await python('-c', program, ...values));
  expect(ids).toEqual(values.map((value) => segmentIdOf('d', 'country', value)));
});
