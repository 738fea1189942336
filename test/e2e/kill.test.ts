/** SIGKILL of a load in each phase: the generation before stays served, and the same command again ends well. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startCommand } from '@segment-store/cli/child';
import type { CommandEvent } from '@segment-store/cli/event';
import { parseRunId, type RunId } from '@segment-store/contract/id';
import { parseMemberLine, printMember } from '@segment-store/contract/lines';
import { unlimited } from '@segment-store/resilience/operation';
import { startFaultProxy } from '@segment-store/services/fault-proxy';
import { openStore } from '@segment-store/store/open';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { mainOf, resultOf } from '../support/commands.ts';
import { generatedParts, runFiles, writeRun } from '../support/run-folder.ts';
import { servers } from '../support/servers.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const LEASE_MS = '2000';
const before = parseRunId('20260101t000000z');
const next = parseRunId('20260102t000000z');
const lines = {
  [before]: generatedParts({ customers: 2_000, parts: 2, seed: 1 }),
  [next]: generatedParts({ customers: 200_000, parts: 8, seed: 2 }),
};

let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segment-kill-'));
  for (const run of [before, next])
    await writeRun(folderOf(run), runFiles({ run, parts: lines[run] ?? [], gzip: true }));
});
afterAll(() => rm(scratch, { recursive: true }));

const folderOf = (run: RunId) => join(scratch, 'runs', run);
const load = (run: RunId, store: readonly string[]) => ['load', folderOf(run), ...store, '--lease-ms', LEASE_MS];

interface Phase {
  readonly phase: string;
  readonly wanted: (event: CommandEvent) => boolean;
  /** Frozen there until the kill; otherwise it runs on until the signal arrives. */
  readonly freezeAt?: string;
}

const midway = (event: CommandEvent) => event.kind === 'progress' && event.done > 0 && event.done < event.total;
const stage = (name: string) => ({
  wanted: (event: CommandEvent) => event.kind === 'stage' && event.stage === name,
  freezeAt: `"stage":"${name}"`,
});
const phases: readonly Phase[] = [
  { phase: 'at the start', ...stage('build') },
  { phase: 'before the catalogue', ...stage('catalogue') },
  { phase: 'in the middle of a part', wanted: midway },
  { phase: 'during the seal', wanted: stage('seal').wanted },
  { phase: 'in the gates', ...stage('gates') },
  { phase: 'just before publish', ...stage('publish') },
  { phase: 'during publish', wanted: stage('publish').wanted },
  { phase: 'just after publish', wanted: ({ kind }) => kind === 'result', freezeAt: '"kind":"result"' },
];

/** A load that `phase` may freeze. */
function startLoad(store: readonly string[], { freezeAt }: Partial<Phase> = {}): Child {
  const preload = new URL('../support/freeze.ts', import.meta.url);
  const environment = freezeAt === undefined ? {} : { NODE_OPTIONS: `--import ${preload}`, FREEZE_AT: freezeAt };
  return startCommand(mainOf('ingest'), load(next, store), { environment });
}

describe('embedded', () => {
  test.each(phases)('killed $phase', async (phase) => {
    const url = `embedded:${join(scratch, randomUUID())}`;
    const store = ['--store', url];
    await resultOf('ingest', load(before, store));
    await checkUnharmed({ url }, await killAt(startLoad(store, phase), phase.wanted));
    await checkAgain({ url }, store);
  });
});

describe('elasticsearch', () => {
  const url = servers().elasticsearch;
  let prefix = '';
  let store: readonly string[] = [];
  beforeEach(async () => {
    prefix = `kill-${randomUUID().slice(0, 8)}`;
    store = ['--store', url, '--prefix', prefix];
    await resultOf('ingest', load(before, store));
  });
  afterEach(() => removeIndices(prefix));

  test.each(phases)('killed $phase', async (phase) => {
    await checkUnharmed({ url, prefix }, await killAt(startLoad(store, phase), phase.wanted));
    await checkAgain({ url, prefix }, store);
  });

  test('killed after a lost acknowledgement', async () => {
    const proxy = await startFaultProxy(url);
    const child = startLoad(['--store', proxy.url, '--prefix', prefix]);
    await child.until(midway);
    proxy.inject({ kind: 'cut', afterBytes: 0 });
    const sent = proxy.counts().requests;
    await expect.poll(() => proxy.counts().requests - sent, { timeout: 20_000, interval: 20 }).toBeGreaterThan(500_000);
    await checkUnharmed({ url, prefix }, await kill(child));
    const { replayed } = await checkAgain({ url, prefix }, store);
    expect(replayed).toBeGreaterThan(0);
    await proxy.stop();
  });
});

interface Place {
  readonly url: string;
  readonly prefix?: string;
}

/** Kills at once when the load says so; settles with the stages it had begun by then. */
async function killAt(child: Child, wanted: (event: CommandEvent) => boolean): Promise<readonly string[]> {
  await child.until(wanted);
  return kill(child);
}

async function kill(child: Child): Promise<readonly string[]> {
  child.process.kill('SIGKILL');
  const { events } = await child.finished;
  const stages = events.flatMap((event) => (event.kind === 'stage' ? [event.stage] : []));
  console.info(`killed in stage ${stages.at(-1)}`);
  return events.some(({ kind }) => kind === 'result') ? [...stages, 'published'] : stages;
}

/** What is served is one whole generation: the one before, unless publishing had begun. */
async function checkUnharmed(place: Place, stages: readonly string[]): Promise<void> {
  const { run, wrong } = await servedDocuments(place);
  const possible = stages.includes('publish') ? [before, next] : [before];
  expect(stages.includes('published') ? [next] : possible).toContain(run);
  expect(wrong).toEqual([]);
}

/** The same command again ends well, and every document equals its source line. */
async function checkAgain(place: Place, store: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const result = await resultOf('ingest', load(next, store));
  expect(await servedDocuments(place)).toEqual({ run: next, members: 200_000, wrong: [] });
  return result;
}

/** Every document of the live generation beside its source line. */
async function servedDocuments({
  url,
  prefix,
}: Place): Promise<{ run: RunId; members: number; wrong: readonly string[] }> {
  await using store = openStore(url, prefix === undefined ? {} : { prefix });
  const { generation } = await store.publisher.live();
  await using reader = await store.reader.open(generation.run, unlimited);
  const wrong: string[] = [];
  const source = (lines[generation.run] ?? []).flat();
  for (let from = 0; from < source.length; from += 1000) {
    const expected = source.slice(from, from + 1000);
    const ids = expected.map((line) => parseMemberLine(Buffer.from(line)).customerId);
    const members = await reader.read(ids, unlimited);
    members.forEach((member, index) => {
      const found =
        member.status === 'fulfilled' && member.value !== undefined ? printMember(member.value) : member.status;
      if (found !== expected[index]) wrong.push(`${expected[index]} is ${found}`);
    });
  }
  return { run: generation.run, members: generation.members, wrong };
}

async function removeIndices(prefix: string): Promise<void> {
  const url = servers().elasticsearch;
  const indices = await (await fetch(`${url}/_cat/indices/${prefix}-*?format=json&h=index`)).json();
  for (const { index } of Array.isArray(indices) ? indices : []) await fetch(`${url}/${index}`, { method: 'DELETE' });
}
