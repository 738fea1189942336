/** What Elasticsearch and the network on the way to it do to a load that is under way. */
import { randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRunId } from '@segment-store/contract/id';
import { startAnsweringProxy } from '@segment-store/services/answering-proxy';
import { startElasticsearch } from '@segment-store/services/elasticsearch';
import { startFaultProxy } from '@segment-store/services/fault-proxy';
import { openStore } from '@segment-store/store/open';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { resultOf, runCommand } from '../support/commands.ts';
import { servedDocuments } from '../support/documents.ts';
import { holdBack } from '../support/hold-back.ts';
import { removeIndices } from '../support/indices.ts';
import { changeManifest, generatedParts, type RunFiles, runFiles, writeRun } from '../support/run-folder.ts';
import { servers } from '../support/servers.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const run = parseRunId('20260131t040000z');
const parts = generatedParts({ customers: 12_000, parts: 4, seed: 4 });
const lines = parts.flat();
const passes = Array.from({ length: Number(process.env.CUTS ?? 10) / 10 }, (_, index) => index + 1);
const whole = { run, members: lines.length, wrong: [] };

let scratch = '';
let folder = '';
let prefix = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segment-store-faults-'));
  folder = await writeRun(join(scratch, run), runFiles({ run, parts, gzip: true }));
});
afterAll(() => rm(scratch, { recursive: true }));
beforeEach(() => {
  prefix = `store-faults-${randomUUID().slice(0, 8)}`;
});
afterEach(() => removeIndices(prefix));

const url = () => servers().elasticsearch;
const load = (store: string, ...more: readonly string[]) => {
  return ['load', folder, '--store', store, '--prefix', prefix, ...more];
};

async function served(store = url()) {
  await using opened = openStore(store, { prefix });
  return await servedDocuments(opened, () => lines);
}

async function ask(method: string, path: string, body?: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url()}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
  return answer.json();
}

async function answering() {
  const proxy = await startAnsweringProxy(url());
  onTestFinished(() => proxy.stop());
  return proxy;
}

const members = () => `${prefix}-members-${run}`;
const isMemberBulk = (request: IncomingMessage) => request.url?.includes(`${prefix}-build-${run}/_bulk`) === true;

test.each(passes)(
  'ten answers that break off anywhere, time %d: the load ends well, every document equals its line',
  async () => {
    const proxy = await startFaultProxy(url());
    onTestFinished(() => proxy.stop());
    proxy.inject({ kind: 'cuts', atBytes: Array.from({ length: 10 }, () => randomInt(5_000)), by: 'reset' });
    expect(await resultOf('ingest', load(proxy.url, '--bulk-bytes', '100kB'))).toMatchObject({ published: true });
    expect(proxy.counts().connections).toBeGreaterThan(10);
    expect(await served()).toEqual(whole);
  },
);

test('503 to every twentieth request: the load ends well, every document equals its line', async () => {
  await resultOf('ingest', ['generations', '--store', url(), '--prefix', prefix]); // the first use of a deployment
  const proxy = await answering();
  let [asked, refused] = [0, 0];
  proxy.answer(() => {
    if (asked++ % 20 !== 10) return undefined;
    refused += 1;
    return { status: 503, code: 'ServiceUnavailable' };
  });
  expect(await resultOf('ingest', load(proxy.url))).toMatchObject({ published: true });
  expect(refused).toBeGreaterThan(2);
  expect(await served()).toEqual(whole);
});

/** A part more, of one line of 470 kB that is well formed. */
function withHuge(files: RunFiles): RunFiles {
  const ids = Array.from({ length: 5_000 }, (_, at) => `${'x'.repeat(90)}:${at}`);
  const line = Buffer.from(`${JSON.stringify({ customer_id: 'huge', segment_ids: ids })}\n`);
  files.set('members/part-00004', line);
  changeManifest(files, ({ totals, ...manifest }) => ({
    ...manifest,
    parts: [...manifest.parts, { key: 'members/part-00004', bytes: line.length, rows: 1 }],
    totals: { ...totals, customers: lines.length + 1 },
  }));
  return files;
}

test('a node that refuses what is too much (429) and too large (413): all lines but the one that fits in no request', async () => {
  const own = await writeRun(join(scratch, 'huge', run), withHuge(runFiles({ run, parts, gzip: true })));
  const settings = { 'indexing_pressure.memory.limit': '300kb', 'http.max_content_length': '300kb' };
  const server = await startElasticsearch({ settings, heapMb: 400 });
  onTestFinished(() => server.stop());
  const args = ['load', own, '--store', server.url, '--prefix', prefix];
  const result = await resultOf('ingest', args);
  expect(result).toMatchObject({ published: true, leftOut: { rejected: { 'too-large': 1 } } });
  const stats = '/_nodes/stats/indexing_pressure?filter_path=**.total.coordinating_rejections';
  expect(await (await fetch(`${server.url}${stats}`)).text()).toMatch(/coordinating_rejections":[1-9]/);
  expect(await served(server.url)).toEqual(whole);
});

test('a disk at the flood stage: exit 6 and the remedy; once there is room the same command goes on', async () => {
  const proxy = await answering();
  const setting = (value: boolean | null) =>
    ask('PUT', `/${members()}/_settings`, { 'index.blocks.read_only_allow_delete': value });
  const acted = holdBack(proxy, isMemberBulk, () => setting(true));
  const { exitCode, events } = await runCommand('ingest', load(proxy.url));
  await acted;
  expect([exitCode, events.at(-1)]).toMatchObject([6, { text: expect.stringContaining('free disk space') }]);
  await setting(null);
  expect(await resultOf('ingest', load(url()))).toMatchObject({ published: true });
  expect(await served()).toEqual(whole);
});

test('an index that is deleted under the load: the message names the way out, and that ends well', async () => {
  const proxy = await answering();
  let bulks = 0;
  const acted = holdBack(
    proxy,
    (request) => isMemberBulk(request) && ++bulks > 6,
    () => ask('DELETE', `/${members()}`),
  );
  const { exitCode, events } = await runCommand(
    'ingest',
    load(proxy.url, '--parts-at-once', '1', '--bulk-bytes', '100kB'),
  );
  await acted;
  expect([exitCode, events.at(-1)]).toMatchObject([4, { text: expect.stringMatching(/404 .*load with --rebuild/) }]);
  // What was acknowledged is gone: the count finds it.
  const again = await runCommand('ingest', load(url()));
  const missing = expect.stringMatching(/counts \d+ members, 12000 were written.*--rebuild/);
  expect([again.exitCode, again.events.at(-1)]).toMatchObject([4, { text: missing }]);
  expect(await resultOf('ingest', load(url(), '--rebuild'))).toMatchObject({ published: true });
  expect(await served()).toEqual(whole);
});
