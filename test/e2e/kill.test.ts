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
import { type FaultProxy, startFaultProxy } from '@segment-store/services/fault-proxy';
import { openStore } from '@segment-store/store/open';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { mainOf, resultOf } from '../support/commands.ts';
import { generatedParts, runFiles, writeRun } from '../support/run-folder.ts';
import { servers } from '../support/servers.ts';

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
const ingest = (run: RunId, store: readonly string[]) => ['load', folderOf(run), ...store, '--lease-ms', LEASE_MS];

type Phase = readonly [name: string, wanted: (event: CommandEvent) => boolean];
const atStage = (name: string) => (event: CommandEvent) => event.kind === 'stage' && event.stage === name;
const midway = (event: CommandEvent) => event.kind === 'progress' && event.done > 0 && event.done < event.total;
const atResult = (event: CommandEvent) => event.kind === 'result';
const phases: readonly Phase[] = [
  ['start', atStage('build')],
  ['catalogue', atStage('catalogue')],
  ['middle of a part', midway],
  ['seal', atStage('seal')],
  ['gates', atStage('gates')],
  ['just before publish', atStage('publish')],
  ['just after publish', atResult],
];

describe('embedded', () => {
  test.each(phases)('killed in phase %s', async (_, wanted) => {
    const url = `embedded:${join(scratch, randomUUID())}`;
    await resultOf('ingest', ingest(before, ['--store', url]));
    const child = startCommand(mainOf('ingest'), ingest(next, ['--store', url]));
    await checkUnharmed({ url }, await killAt(child, wanted));
    await checkAgain({ url }, ['--store', url]);
  });
});

describe('elasticsearch', () => {
  let prefix = '';
  let proxy: FaultProxy | undefined;
  afterEach(async () => {
    await proxy?.stop();
    proxy = undefined;
    await removeIndices(prefix);
  });

  /** The load goes through a proxy of its own, everything else straight to Elasticsearch. */
  async function startLoad() {
    const url = servers().elasticsearch;
    prefix = `kill-${randomUUID().slice(0, 8)}`;
    const direct = ['--store', url, '--prefix', prefix];
    await resultOf('ingest', ingest(before, direct));
    proxy = await startFaultProxy(url);
    const child = startCommand(mainOf('ingest'), ingest(next, ['--store', proxy.url, '--prefix', prefix]));
    return { child, proxy, direct, place: { url, prefix } };
  }

  test.each(phases)('killed in phase %s', async (_, wanted) => {
    const { child, direct, place } = await startLoad();
    await checkUnharmed(place, await killAt(child, wanted));
    await checkAgain(place, direct);
  });

  test('killed after a lost acknowledgement', async () => {
    const { child, proxy, direct, place } = await startLoad();
    await child.until(midway);
    proxy.inject({ kind: 'cut', afterBytes: 0 });
    const sent = proxy.counts().requests;
    await expect.poll(() => proxy.counts().requests - sent, { timeout: 20_000, interval: 20 }).toBeGreaterThan(500_000);
    await checkUnharmed(place, await kill(child));
    const result = await checkAgain(place, direct);
    expect(result.replayed).toBeGreaterThan(0);
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
  const result = await resultOf('ingest', ingest(next, store));
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
