/** How often Elasticsearch reads a document, by its own count: however many ask for it, and however many servers. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandEvent } from '@segment-store/cli/event';
import { parseRunId } from '@segment-store/contract/id';
import { startFaultProxy } from '@segment-store/services/fault-proxy';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { resultOf, startServer } from '../support/commands.ts';
import { removeIndices } from '../support/indices.ts';
import { tellRedis } from '../support/redis.ts';
import { generatedMember, generatedParts, runFiles, writeRun } from '../support/run-folder.ts';
import { servers } from '../support/servers.ts';

const run = parseRunId('20260131t040000z');
const prefix = `single-flight-${randomUUID().slice(0, 8)}`;
const store = ['--prefix', prefix, '--store'];
const ASKERS = 200;

let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segment-single-flight-'));
  const folder = await writeRun(
    join(scratch, run),
    runFiles({ run, parts: generatedParts({ customers: 100, parts: 1, seed: 1 }) }),
  );
  await resultOf('ingest', ['load', folder, ...store, servers().elasticsearch]);
});
afterAll(async () => {
  await removeIndices(prefix);
  await rm(scratch, { recursive: true });
});

async function started(...args: readonly string[]) {
  const server = await startServer(args);
  onTestFinished(async () => void (await server.stop()));
  return server;
}

/** Documents read so far, one by one or many at once. */
async function gets(): Promise<number> {
  const stats = await fetch(`${servers().elasticsearch}/${prefix}-members-${run}/_stats/get`);
  const { _all }: { _all: { primaries: { get: { total: number } } } } = JSON.parse(await stats.text());
  return _all.primaries.get.total;
}

async function segmentIds(url: string, index: number): Promise<readonly string[]> {
  const response = await fetch(`${url}/v1/customers/customer-${index}/segments`);
  expect(response.status).toBe(200);
  const { segmentIds }: { segmentIds: string[] } = JSON.parse(await response.text());
  return segmentIds;
}

test('two hundred who ask at once for a customer nobody has asked for are one read', async () => {
  const proxy = await startFaultProxy(servers().elasticsearch);
  onTestFinished(() => proxy.stop());
  const { url } = await started(...store, proxy.url, '--store-timeout-ms', '10000');
  proxy.inject({ kind: 'latency', ms: 1_000 }); // all of them come before the answer does
  const before = await gets();
  const answers = await Promise.all(Array.from({ length: ASKERS }, () => segmentIds(url, 1)));
  expect(answers).toEqual(Array(ASKERS).fill(generatedMember(1, 1).segmentIds));
  expect((await gets()) - before).toBe(1);
  await segmentIds(url, 1);
  expect((await gets()) - before).toBe(1);
});

test('with Redis, so are two hundred who ask one server and then the other', async () => {
  const redis = ['--redis', servers().redis, '--redis-timeout-ms', '2000', ...store, servers().elasticsearch];
  const [one, other] = await Promise.all([started(...redis), started(...redis)]);
  const isConnected = (event: CommandEvent) => event.kind === 'note' && event.text.startsWith('connected to redis:');
  await Promise.all([one, other].map(({ until }) => until(isConnected)));
  const before = await gets();
  for (const server of [one, other]) {
    const answers = await Promise.all(Array.from({ length: ASKERS / 2 }, () => segmentIds(server.url, 3)));
    expect(answers).toEqual(Array(ASKERS / 2).fill(generatedMember(3, 1).segmentIds));
    await expect.poll(() => tellRedis(servers().redis, `EXISTS ${prefix}:${run}:id:customer-3`)).toBe(':1\r\n');
  }
  expect((await gets()) - before).toBe(1);
});
