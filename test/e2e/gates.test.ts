/** Gates that only a real Elasticsearch can trip, and jobs that share a run on it. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRunId, type RunId } from '@segment-store/contract/id';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { resultOf, runCommand } from '../support/commands.ts';
import { generatedParts, runFiles, writeRun } from '../support/run-folder.ts';
import { servers } from '../support/servers.ts';

vi.setConfig({ testTimeout: 180_000 });

const [first, second, third] = ['20260101t000000z', '20260102t000000z', '20260103t000000z'].map(parseRunId);
let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segment-gates-'));
  for (const run of [first, second, third]) {
    if (run === undefined) continue;
    const parts = generatedParts({ customers: 4_000, parts: 8, seed: 1 });
    await writeRun(join(scratch, run), runFiles({ run, parts, gzip: true }));
  }
});
afterAll(() => rm(scratch, { recursive: true }));

const folderOf = (run: RunId | undefined) => join(scratch, `${run}`);
const elasticsearch = (method: string, path: string, body?: object) =>
  fetch(`${servers().elasticsearch}/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

type Described = Readonly<Record<string, { readonly mappings: { readonly _meta: { readonly gates: object[] } } }>>;
interface Found {
  readonly hits: { readonly hits: readonly { readonly _id: string }[] };
}

/** A generation that is sealed and judged but for a hold, which is gone by now. */
async function sealed() {
  const prefix = `gates-${randomUUID().slice(0, 8)}`;
  const store = ['--store', servers().elasticsearch, '--prefix', prefix];
  for (const run of [first, second]) await resultOf('ingest', ['load', folderOf(run), ...store]);
  await resultOf('ingest', ['rollback', ...store]);
  expect(await runCommand('ingest', ['load', folderOf(third), ...store])).toMatchObject({ exitCode: 4 });
  await resultOf('ingest', ['unhold', ...store]);
  const publish = (...flags: readonly string[]) =>
    runCommand('ingest', ['publish', folderOf(third), ...store, ...flags]);
  return { index: `${prefix}-members-${third}`, publish };
}

test('a mapping that somebody changed is refused by name; accepted, the generation says so and by whom', async () => {
  const { index, publish } = await sealed();
  await elasticsearch('PUT', `${index}/_mapping`, { properties: { extra: { type: 'keyword' } } });
  const refused = await publish();
  expect(refused.exitCode).toBe(4);
  expect(refused.events.at(-1)).toMatchObject({
    text: expect.stringMatching(/refused by a gate:\n {2}mapping: .*extra/),
  });
  expect(await publish('--accept', 'mapping')).toMatchObject({ exitCode: 0 });
  const described: Described = JSON.parse(await (await elasticsearch('GET', `${index}/_mapping`)).text());
  const gates = described[index]?.mappings._meta.gates;
  const overridden = { verdict: 'overridden', overridden_by: expect.stringContaining('@') };
  expect(gates).toContainEqual(expect.objectContaining({ gate: 'mapping', ...overridden }));
  expect(gates).toContainEqual(expect.objectContaining({ gate: 'drift', verdict: 'passed' }));
});

test('a document that went away behind the seal is refused: by its count, and by the sizes of its segments', async () => {
  const { index, publish } = await sealed();
  const search = await elasticsearch('GET', `${index}/_search?q=segment_ids:s\\:1&size=1`);
  const found: Found = JSON.parse(await search.text());
  await elasticsearch('DELETE', `${index}/_doc/${found.hits.hits[0]?._id}?refresh=true`);
  const { exitCode, events } = await publish('--readback-lines', '8000');
  expect(exitCode).toBe(4);
  const refused = events.flatMap((event) => (event.kind === 'verdict' && !event.passed ? [event.gate] : []));
  expect(refused).toEqual(expect.arrayContaining(['shards', 'segment-sizes', 'readback']));
});

test('jobs that share a run by slices load each part once, and one of them publishes it', async () => {
  const store = ['--store', servers().elasticsearch, '--prefix', `gates-${randomUUID().slice(0, 8)}`];
  const load = (slice: string) => runCommand('ingest', ['load', folderOf(first), ...store, '--slice', slice]);
  const jobs = await Promise.all([load('1/2'), load('2/2')]);
  expect(jobs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  const results = jobs.map(({ events }) => events.find((event) => event.kind === 'result')?.data);
  expect(results.map((data) => data?.published).sort()).toEqual([false, true]);
  expect(results.reduce((sum, data) => sum + Number(data?.rows), 0)).toBe(4_000);
  const finished = jobs.map(({ events }) =>
    events.flatMap((event) => (event.kind === 'item' && event.state === 'finished' ? [event.name] : [])),
  );
  expect(finished.flat().sort()).toEqual([...new Set(finished.flat())].sort());
  expect(finished.flat()).toHaveLength(8);
});
