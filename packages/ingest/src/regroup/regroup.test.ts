import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolder } from '@segment-store/folder/open';
import { unlimited } from '@segment-store/resilience/operation';
import type { Rejection } from '@segment-store/store/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeManifest, runFiles, writeRun } from '../../../../test/support/run-folder.ts';
import { lineReader, membersAsTheyAre } from '../lines/lines.ts';
import { keepRaw } from '../lines/member-lines.ts';
import { member, run as runId } from '../place.fixture.ts';
import { partSource } from '../source/part-source.ts';
import { openRun, type Run } from '../source/run.ts';
import { badSegmentLines } from './regroup.bad-input.cases.ts';
import { type RegroupOptions, regroup } from './regroup.ts';

let root: string;
let places = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'regroup-test-'));
});
afterAll(() => rm(root, { recursive: true }));

const line = (segment: string, ...customers: string[]) =>
  JSON.stringify({ segment_id: segment, customer_ids: customers });

/** A by-segment run of these lines, whose catalogue and totals say what they hold. */
async function runOf(parts: readonly (readonly string[])[]): Promise<{ run: Run; scratch: string }> {
  const place = join(root, `${++places}`);
  const files = runFiles({ run: runId, parts: [[member('c1', 'a')]] });
  files.delete('members/part-00000');
  const written = parts.map((lines, index) => {
    const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
    const key = `members/p${index}`;
    files.set(key, bytes);
    return { key, bytes: bytes.length, rows: lines.length };
  });
  changeManifest(files, (manifest) => ({ ...manifest, layout: 'by-segment', parts: written }));
  const folder = openFolder(await writeRun(join(place, runId), files));
  return { run: await openRun(folder, unlimited), scratch: join(place, 'scratch') };
}

const options = (scratch: string): RegroupOptions => ({
  scratch,
  memoryBytes: 200e6,
  threads: 2,
  onProgress: () => {},
});

/** Every line and rejection of a run. */
async function linesOf(run: Run): Promise<{ lines: string[]; rejected: Rejection[] }> {
  const read = lineReader(run, membersAsTheyAre(keepRaw));
  const [lines, rejected]: [string[], Rejection[]] = [[], []];
  for (const part of run.manifest.parts) {
    let rows = 0;
    for await (const { bytes, spans, offsets, settled } of read(part, partSource(run, part), unlimited)) {
      for (let at = 0; at < spans.length; at += 5)
        lines.push(Buffer.from(bytes).toString('utf8', spans[at], spans[at + 1]));
      rejected.push(...settled.rejected);
      rows += offsets.length + settled.rejected.length;
    }
    expect(rows).toBe(part.rows);
  }
  return { lines, rejected };
}

test('of a part that is left out nothing stays, however much of it could be read', async () => {
  const { run, scratch } = await runOf([
    [line('a', 'c1'), 'no line'],
    [line('b', 'c1'), 'no line either'],
    [line('c', 'c1')],
  ]);
  const { manifest } = run;
  const parts = manifest.parts.map((part, index) => (index === 1 ? { ...part, rows: 3 } : part));
  const excuse = (_: unknown, error: unknown) => ({ message: error instanceof Error ? error.message : '' });
  const regrouped = await regroup(
    { ...run, manifest: { ...manifest, parts } },
    { ...options(scratch), excuse },
    unlimited,
  );
  const [bad, ...others] = regrouped.manifest.parts;
  expect(bad).toMatchObject({ key: 'corrupt/members/p1', rows: 3 });
  expect(await linesOf({ ...regrouped, manifest: { ...regrouped.manifest, parts: others } })).toMatchObject({
    lines: [member('c1', 'a', 'c')],
    rejected: [{ part: 'members/p0', line: 2 }],
  });
  const all = linesOf({
    ...regrouped,
    manifest: { ...regrouped.manifest, parts: regrouped.manifest.parts.slice(0, 1) },
  });
  await expect(all).rejects.toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('p1 has 2 rows') });
});

test('segments over several lines and parts become members, each pair once, in the order of bytes', async () => {
  const { run, scratch } = await runOf([
    [line('b', 'c2', 'c1'), line('a', 'c1')],
    [line('b', 'c1', '🛒', 'ｚ', 'c1'), line('a'), line('a-1', 'c1')],
  ]);
  const regrouped = await regroup(run, options(scratch), unlimited);
  expect(await linesOf(regrouped)).toEqual({
    lines: [member('c1', 'a', 'a-1', 'b'), member('c2', 'b'), member('ｚ', 'b'), member('🛒', 'b')],
    rejected: [],
  });
  expect(regrouped.manifest).toMatchObject({
    ...run.manifest,
    layout: 'by-customer',
    format: 'ndjson',
    parts: [{ rows: 4, memberships: 6 }],
  });
});

test('the catalogue is the source’s, and what the run was is remembered', async () => {
  const { run, scratch } = await runOf([[line('a', 'c1')]]);
  const regrouped = await regroup(run, options(scratch), unlimited);
  expect(regrouped.source(regrouped.manifest.catalogue)).toBe(run.source(run.manifest.catalogue));
  expect([regrouped.folder, regrouped.files]).toEqual([run.folder, run.files]);
});

test.each(badSegmentLines)('rejected as $reason: $title', async ({ text, reason }) => {
  const { run, scratch } = await runOf([[line('a', 'c1')], [line('b', 'c2'), text, line('a', 'c2')]]);
  const { lines, rejected } = await linesOf(await regroup(run, options(scratch), unlimited));
  expect(lines).toEqual([member('c1', 'a'), member('c2', 'a', 'b')]);
  const offset = line('b', 'c2').length + 1;
  expect(rejected).toEqual([{ part: 'members/p1', line: 2, offset, reason, raw: Uint8Array.from(Buffer.from(text)) }]);
});

const generated = Array.from({ length: 40 }, (_, segment) =>
  line(`s:${segment}`, ...Array.from({ length: 500 }, (_, index) => `c${(index * 7 + segment * 13) % 1000}`)),
);

test('every job makes the same parts, whatever threads and memory it has', async () => {
  const { run, scratch } = await runOf([generated.slice(0, 7), generated.slice(7)]);
  const one = { ...options(join(scratch, '1')), partBytes: 10_000 };
  const other = { ...options(join(scratch, '2')), partBytes: 10_000, threads: 1, memoryBytes: 300e6 };
  const [first, second] = [await regroup(run, one, unlimited), await regroup(run, other, unlimited)];
  expect(first.manifest.parts.length).toBeGreaterThan(10);
  expect(second.manifest).toEqual(first.manifest);
  expect(first.manifest.parts.reduce((sum, { memberships = 0 }) => sum + memberships, 0)).toBe(40 * 500);
  for (const { key } of first.manifest.parts) {
    const [name = ''] = await readdir(one.scratch);
    expect(await readFile(join(other.scratch, name, key))).toEqual(await readFile(join(one.scratch, name, key)));
  }
});

test('what is in scratch is used again, and made again when it is not whole', async () => {
  const { run, scratch } = await runOf([[line('a', 'c1')]]);
  const { manifest } = await regroup(run, options(scratch), unlimited);
  const [name = ''] = await readdir(scratch);
  const made = async () => (await stat(join(scratch, name, 'manifest.json'), { bigint: true })).mtimeNs;
  const before = await made();
  await regroup(run, options(scratch), unlimited);
  expect(await made()).toBe(before);
  await writeFile(join(scratch, name, manifest.parts[0]?.key ?? ''), 'x');
  expect((await linesOf(await regroup(run, options(scratch), unlimited))).lines).toEqual([member('c1', 'a')]);
  expect(await made()).not.toBe(before);
});

test('nothing is left once it is removed, and what a killed job left goes away', async () => {
  const { run, scratch } = await runOf([[line('a', 'c1')]]);
  const name = `${runId}-${run.manifest.hash.slice(0, 12)}`;
  await mkdir(join(scratch, `.${name}-999999999-abc`, 'sorting'), { recursive: true });
  await mkdir(join(scratch, `.${name}-${process.ppid}-abc`), { recursive: true });
  const regrouped = await regroup(run, options(scratch), unlimited);
  expect((await readdir(scratch)).sort()).toEqual([`.${name}-${process.ppid}-abc`, name]);
  await regrouped.remove();
  expect(await readdir(scratch)).toEqual([`.${name}-${process.ppid}-abc`]);
});

test('two jobs at the same time end with one and the same', async () => {
  const { run, scratch } = await runOf([generated]);
  const both = await Promise.all([1, 2].map(() => regroup(run, options(scratch), unlimited)));
  const [one, other] = await Promise.all(both.map(linesOf));
  expect(one?.lines).toHaveLength(1000);
  expect(other).toEqual(one);
});

test('other rows than the manifest says: CORRUPT, naming the part, and scratch is clean', async () => {
  const { run, scratch } = await runOf([[line('a', 'c1')]]);
  const [part = { key: '', bytes: 0, rows: 0 }] = run.manifest.parts;
  const wrong = { ...run, manifest: { ...run.manifest, parts: [{ ...part, rows: 2 }] } };
  const failed = regroup(wrong, options(scratch), unlimited);
  await expect(failed).rejects.toMatchObject({ code: 'CORRUPT' });
  await expect(failed).rejects.toThrow('members/p0 has 1 rows, the manifest says 2');
  expect(await readdir(scratch)).toEqual([]);
});

test('too little memory for the sort: UNAVAILABLE, naming the directory and what it takes', async () => {
  const { run, scratch } = await runOf([generated]);
  const failed = regroup(run, { ...options(scratch), memoryBytes: 1e6 }, unlimited);
  await expect(failed).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  for (const name of [`regrouping run ${runId}`, scratch, 'MB of disk', '--scratch-memory']) {
    await expect(failed).rejects.toThrow(name);
  }
  expect(await readdir(scratch)).toEqual([]);
});

test('the signal stops it, while it reads and while it sorts', async () => {
  for (const unit of ['rows', 'memberships']) {
    const { run, scratch } = await runOf([generated]);
    const stop = new AbortController();
    const onProgress: RegroupOptions['onProgress'] = (progress) => {
      if (progress.unit === unit) stop.abort(new Error(`drained at ${unit}`));
    };
    const call = { ...unlimited, signal: stop.signal };
    await expect(regroup(run, { ...options(scratch), onProgress }, call)).rejects.toThrow(`drained at ${unit}`);
    expect(await readdir(scratch)).toEqual([]);
  }
});
