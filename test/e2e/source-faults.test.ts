/** What S3 and the network on the way to it do to a load that is under way. */
import { randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { parseRunId } from '@segment-store/contract/id';
import type { Manifest } from '@segment-store/contract/manifest';
import { openFolder } from '@segment-store/folder/open';
import { unlimited } from '@segment-store/resilience/operation';
import { type AnsweringProxy, startAnsweringProxy } from '@segment-store/services/answering-proxy';
import { startFaultProxy } from '@segment-store/services/fault-proxy';
import { openStore } from '@segment-store/store/open';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { parquetOf } from '../../packages/ingest/src/lines/parquet.fixture.ts';
import { resultOf, runCommand } from '../support/commands.ts';
import { servedDocuments } from '../support/documents.ts';
import { holdBack } from '../support/hold-back.ts';
import { changeManifest, generatedParts, type RunFiles, runFiles } from '../support/run-folder.ts';
import { createBucket, servers } from '../support/servers.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const { endpoint, accessKeyId, secretAccessKey } = servers().s3;
const run = parseRunId('20260131t040000z');
const parts = generatedParts({ customers: 12_000, parts: 4, seed: 3 });
const lines = parts.flat();
const keyOf = (index: number) => `members/part-0000${index}`;
/** Ten in a load. `npm run test:long` makes a hundred of every kind. */
const CUTS_PER_LOAD = 10;
const passes = Array.from({ length: Number(process.env.CUTS ?? 10) / CUTS_PER_LOAD }, (_, index) => index + 1);

let [bucket, scratch] = ['', ''];
beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  bucket = await createBucket();
  scratch = await mkdtemp(join(tmpdir(), 'segment-source-faults-'));
});
afterAll(() => rm(scratch, { recursive: true }));

interface Place {
  readonly folder: string;
  readonly store: string;
  args(through: string, ...more: readonly string[]): readonly string[];
}

/** A run folder in S3, and an embedded store of its own. */
async function place(files: RunFiles): Promise<Place> {
  const [folder, store] = [`s3://${bucket}/${randomUUID()}/${run}`, `embedded:${join(scratch, randomUUID())}`];
  for (const [key, bytes] of files) await put(folder, key, bytes);
  const args = (through: string, ...more: readonly string[]) => {
    return ['load', folder, '--s3-endpoint', through, '--store', store, ...more];
  };
  return { folder, store, args };
}

async function put(url: string, key: string, bytes: Uint8Array): Promise<void> {
  await using folder = openFolder(url, { s3Endpoint: endpoint });
  await folder.write(key, once(bytes), unlimited);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function served({ store: url }: Place) {
  await using store = openStore(url);
  return await servedDocuments(store, () => lines);
}

async function liveRun({ store: url }: Place): Promise<string> {
  await using store = openStore(url);
  return (await store.publisher.live()).generation.run;
}

const whole = { run, members: lines.length, wrong: [] };

interface Shape {
  readonly title: string;
  readonly format: Manifest['format'];
  encode(text: Buffer): Buffer | Promise<Buffer>;
}

const shapes: readonly Shape[] = [
  { title: 'lines as they are', format: 'ndjson', encode: (text) => text },
  { title: 'gzip', format: 'ndjson', encode: (text) => gzipSync(text) },
  { title: 'zstd', format: 'ndjson', encode: (text) => zstdCompressSync(text) },
  { title: 'Parquet', format: 'parquet', encode: toParquet },
];

async function toParquet(text: Buffer): Promise<Buffer> {
  const file = join(scratch, `${randomUUID()}.ndjson`);
  await writeFile(file, text);
  return parquetOf(`from read_json('${file}', columns = {customer_id: 'varchar', segment_ids: 'varchar[]'})`, {
    codec: 'zstd',
    rowGroup: 2_048,
  });
}

async function filesOf({ format, encode }: Shape): Promise<RunFiles> {
  const files = runFiles({ run, parts });
  for (const index of parts.keys()) files.set(keyOf(index), await encode(files.get(keyOf(index)) ?? Buffer.alloc(0)));
  changeManifest(files, (manifest) => {
    const sized = manifest.parts.map((part) => ({ ...part, bytes: files.get(part.key)?.length ?? 0 }));
    return { ...manifest, format, parts: sized };
  });
  return files;
}

describe.each(shapes)('a network that cuts, $title', (shape) => {
  let here: Place;
  let size = 0;
  beforeAll(async () => {
    const files = await filesOf(shape);
    size = [...files.values()].reduce((sum, { length }) => sum + length, 0);
    here = await place(files);
  });

  test.each(passes)('ten cuts anywhere, time %d: the load ends well, every document equals its line', async (pass) => {
    const proxy = await startFaultProxy(endpoint);
    const atBytes = Array.from({ length: CUTS_PER_LOAD }, () => randomInt(size));
    proxy.inject({ kind: 'cuts', atBytes, by: pass % 2 === 0 ? 'reset' : 'close' });
    const own = { ...here, store: `embedded:${join(scratch, randomUUID())}` };
    const args = ['load', here.folder, '--s3-endpoint', proxy.url, '--store', own.store];
    expect(await resultOf('ingest', args)).toMatchObject({ published: true, rows: lines.length });
    expect(proxy.counts().connections).toBeGreaterThanOrEqual(CUTS_PER_LOAD / 2);
    await proxy.stop();
    expect(await served(own)).toEqual(whole);
  });
});

describe('S3 that answers', () => {
  let proxy: AnsweringProxy;
  let here: Place;
  beforeEach(async () => {
    proxy = await startAnsweringProxy(endpoint);
    here = await place(runFiles({ run, parts, gzip: true }));
    return () => proxy.stop();
  });
  const readsPart = (index: number) => (request: IncomingMessage) =>
    request.method === 'GET' && request.url?.includes(keyOf(index)) === true;

  test('500, 503 and "slow down" to every other request: the load ends well', async () => {
    const codes = ['InternalError', 'ServiceUnavailable', 'SlowDown'];
    const answers = codes.map((code) => ({ status: code === 'InternalError' ? 500 : 503, code }));
    let [asked, refused] = [0, 0];
    proxy.answer(() => (asked++ % 2 === 0 ? answers[refused++ % answers.length] : undefined));
    expect(await resultOf('ingest', here.args(proxy.url))).toMatchObject({ published: true });
    expect(refused).toBeGreaterThan(6);
    expect(await served(here)).toEqual(whole);
  });

  test.each([
    {
      what: '403',
      answer: { status: 403, code: 'AccessDenied' },
      says: ['403 AccessDenied', 'credentials and policy'],
    },
    {
      what: 'that the credentials have expired',
      answer: { status: 400, code: 'ExpiredToken' },
      says: ['ExpiredToken', 'have expired', 'sign in again'],
    },
  ])(
    '$what, in the middle: exit 2, naming file and remedy; once that is mended the same command goes on',
    async ({ answer, says }) => {
      proxy.answer((request) => (readsPart(2)(request) ? answer : undefined));
      const args = here.args(proxy.url, '--parts-at-once', '1');
      const { exitCode, events, stderr } = await runCommand('ingest', args);
      expect([exitCode, stderr]).toEqual([2, '']);
      const failure = events.at(-1);
      for (const name of [keyOf(2), ...says]) expect(failure).toMatchObject({ text: expect.stringContaining(name) });
      expect(await liveRun(here)).not.toBe(run);
      proxy.answer(() => undefined);
      const { rows } = await resultOf('ingest', args);
      expect(rows).toBeLessThan(lines.length);
      expect(await served(here)).toEqual(whole);
    },
  );

  test.each([
    { when: 'before it is read', replaced: 3 },
    { when: 'after it was read', replaced: 0 },
  ])('with another object in place of a part, $when: exit 7, naming it; nothing is published', async ({ replaced }) => {
    const other = gzipSync(Buffer.from(`${(parts[replaced] ?? []).toReversed().join('\n')}\n`));
    const acted = holdBack(proxy, readsPart(3), () => put(here.folder, keyOf(replaced), other));
    const { exitCode, events } = await runCommand('ingest', here.args(proxy.url, '--parts-at-once', '1'));
    await acted;
    expect([exitCode, events.at(-1)]).toMatchObject([7, { text: expect.stringContaining(keyOf(replaced)) }]);
    expect(await liveRun(here)).not.toBe(run);
  });
});
