/** Runs that are a little wrong, and a scratch disk that is too small, on a real Elasticsearch. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { parseRunId } from '@segment-store/contract/id';
import { parseMemberLine, printMember } from '@segment-store/contract/lines';
import { openStore } from '@segment-store/store/open';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { mainOf, resultOf } from '../support/commands.ts';
import { servedDocuments } from '../support/documents.ts';
import { removeIndices } from '../support/indices.ts';
import { changeManifest, generatedParts, type RunFiles, runFiles, writeRun } from '../support/run-folder.ts';
import { servers } from '../support/servers.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const run = parseRunId('20260131t040000z');
const keyOf = (index: number) => `members/part-${String(index).padStart(5, '0')}`;

let [scratch, prefix] = ['', ''];
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segment-input-faults-'));
});
afterAll(() => rm(scratch, { recursive: true }));
beforeEach(() => {
  prefix = `input-faults-${randomUUID().slice(0, 8)}`;
});
afterEach(() => removeIndices(prefix));

const place = (files: RunFiles) => writeRun(join(scratch, randomUUID(), run), files);
const store = () => ['--store', servers().elasticsearch, '--prefix', prefix];

async function served(lines: readonly string[]) {
  await using opened = openStore(servers().elasticsearch, { prefix });
  return await servedDocuments(opened, () => lines);
}

type Described = Readonly<Record<string, { readonly mappings: { readonly _meta: object } }>>;

async function meta(): Promise<unknown> {
  const index = `${prefix}-members-${run}`;
  const described: Described = JSON.parse(await (await fetch(`${servers().elasticsearch}/${index}/_mapping`)).text());
  return described[index]?.mappings._meta;
}

test('one bad part of 1,000: published without it, and result, status and the generation itself say so', async () => {
  const parts = generatedParts({ customers: 4_000, parts: 1_000, seed: 6 });
  const files = runFiles({ run, parts, gzip: true });
  const bad = (files.get(keyOf(7)) ?? Buffer.alloc(0)).subarray(0, -4);
  files.set(keyOf(7), bad);
  changeManifest(files, ({ parts: before, ...manifest }) => ({
    ...manifest,
    parts: before.map((part) => (part.key === keyOf(7) ? { ...part, bytes: bad.length } : part)),
  }));
  const result = await resultOf('ingest', ['load', await place(files), ...store()]);
  const [missing = []] = parts.splice(7, 1);
  expect(result).toMatchObject({ published: true, leftOut: { parts: [{ key: keyOf(7), code: 'CORRUPT' }] } });
  const figure = `1 of 1,000 parts left out (${keyOf(7)} CORRUPT)`;
  const gates = expect.arrayContaining([expect.objectContaining({ gate: 'parts', figure, verdict: 'passed' })]);
  expect(await meta()).toMatchObject({ members: Number(result.customers), gates });
  const lines = parts.flat();
  const { members, wrong } = await served(lines);
  expect(wrong).toEqual([]);
  expect([members, members - lines.length <= missing.length]).toEqual([result.customers, true]);
  const status = await resultOf('ingest', ['status', run, ...store()]);
  expect(JSON.stringify(status)).toContain(keyOf(7));
});

test('customers in two parts each: one of the two lines is served, the other is a dead letter, the counts are exact', async () => {
  const parts = generatedParts({ customers: 12_000, parts: 4, seed: 7 });
  const lines = parts.flat();
  const twice = [0, 4_000, 8_000].map((index) => lines[index] ?? '');
  const others = twice.map((line) => line.replace(/"segment_ids":.*/, '"segment_ids":["s:0","s:1"]}'));
  parts[3]?.push(...others);
  const folder = await place(runFiles({ run, parts, gzip: true }));
  const result = await resultOf('ingest', ['load', folder, ...store(), '--segment-tolerance', '20']);
  expect(result).toMatchObject({ customers: 12_000, leftOut: { rejected: { 'duplicate-customer': 3 } } });
  const letters = parts.map((_, index) => lettersOf(folder, keyOf(index)));
  const all = (await Promise.all(letters)).flat();
  expect(all).toHaveLength(3);
  expect(all).toEqual(all.map(() => expect.objectContaining({ reason: 'duplicate-customer', status: 409 })));
  const { wrong } = await served(lines);
  for (const one of wrong) expect(twice.some((line) => one.startsWith(line))).toBe(true);
});

async function lettersOf(folder: string, key: string): Promise<readonly object[]> {
  const bytes = await readFile(join(folder, '..', '_dead-letters', run, `${key}.ndjson.gz`)).catch(() => undefined);
  if (bytes === undefined) return [];
  return gunzipSync(bytes)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** The generated members, by segment. */
function bySegment(lines: readonly string[]): RunFiles {
  const pairs = lines.map((line) => parseMemberLine(Buffer.from(line)));
  const ids = [...new Set(pairs.flatMap(({ segmentIds }) => segmentIds))];
  const customers = (id: string) => pairs.filter(({ segmentIds }) => segmentIds.some((one) => one === id));
  const tall = ids.map((id) => {
    return `${JSON.stringify({ segment_id: id, customer_ids: customers(id).map(({ customerId }) => customerId) })}\n`;
  });
  const files = runFiles({ run, parts: [lines] });
  const bytes = Buffer.from(tall.join(''));
  files.set(keyOf(0), bytes);
  changeManifest(files, ({ totals: { customers: _, ...totals }, ...manifest }) => ({
    ...manifest,
    layout: 'by-segment',
    parts: [{ key: keyOf(0), bytes: bytes.length, rows: tall.length }],
    totals,
  }));
  return files;
}

/** In blocks of 512 or 1,024 bytes, as the shell has it: no file may be longer. */
async function loadWithin(blocks: number, args: readonly string[]): Promise<{ code: number; said: string }> {
  const program = [process.execPath, mainOf('ingest'), ...args];
  const child = spawn('sh', ['-c', `ulimit -f ${blocks}; exec "$@"`, 'sh', ...program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, said: said + errors };
}

test('a scratch disk that is full: exit 6, naming the directory and what it takes; with room the same command goes on', async () => {
  const all = generatedParts({ customers: 20_000, parts: 1, seed: 8 }).flat();
  const lines = all.filter((line) => !line.endsWith('[]}'));
  const disk = join(scratch, 'disk');
  const args = ['load', await place(bySegment(lines)), ...store(), '--scratch', disk];
  const { code, said } = await loadWithin(100, args);
  expect([code, said]).toEqual([
    6,
    expect.stringMatching(`regrouping run ${run} takes about \\d+ MB of disk in ${disk} `),
  ]);
  expect(await resultOf('ingest', args)).toMatchObject({ published: true, customers: lines.length });
  const { members, wrong } = await served(lines.map(sorted));
  expect([members, wrong]).toEqual([lines.length, []]);
});

/** As regrouping writes them: segments in order. */
function sorted(line: string): string {
  const { customerId, segmentIds } = parseMemberLine(Buffer.from(line));
  return printMember({ customerId, segmentIds: segmentIds.toSorted() });
}
