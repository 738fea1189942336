/** SIGKILL of a load in each phase: the generation before stays served, and the same command again ends well. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startCommand } from '@segment-store/cli/child';
import type { CommandEvent } from '@segment-store/cli/event';
import { createRunId, parseRunId, type RunId, runTime } from '@segment-store/contract/id';
import { startFaultProxy } from '@segment-store/services/fault-proxy';
import { openStore } from '@segment-store/store/open';
import { linesIn, storedIn, sumOutcomes } from '@segment-store/store/outcomes';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { mainOf, resultOf } from '../support/commands.ts';
import { type Served, servedDocuments } from '../support/documents.ts';
import { type ReadThroughout, readThroughout } from '../support/fresh-reader.ts';
import { removeIndices } from '../support/indices.ts';
import { changeManifest, generatedParts, type RunFiles, runFiles, writeRun } from '../support/run-folder.ts';
import { servers } from '../support/servers.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const LEASE_MS = '2000';
const DAY_MS = 86_400_000;
/** `npm run test:long` kills five times in each phase, more often while parts change hands, and in larger runs. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 1);
const [CUSTOMERS, PARTS] = ROUNDS > 1 ? [200_000, 8] : [80_000, 4];
/** Of the generation before, which no load touches, this many are read; of the loaded one, all. */
const SAMPLE = 2_000;
const first = parseRunId('20260101t000000z');
const small = content({ customers: SAMPLE, parts: 2, seed: 1 });
/** Taken in turns: a generation never has the documents of the one before. */
const large = [2, 3].map((seed) => content({ customers: CUSTOMERS, parts: PARTS, seed }));

let scratch = '';
const linesOf = new Map<string, readonly string[]>();
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segment-kill-'));
  await makeRun(first, small);
});
afterAll(() => rm(scratch, { recursive: true }));

interface Content {
  readonly lines: readonly string[];
  readonly files: RunFiles;
}

function content(size: Parameters<typeof generatedParts>[0]): Content {
  const parts = generatedParts(size);
  return { lines: parts.flat(), files: runFiles({ run: first, parts, gzip: true }) };
}

const folderOf = (run: RunId) => join(scratch, 'runs', run);
/** From 2,000 customers to so many. */
const anyhow = ['--accept', 'drift', '--accept', 'segment-drift'];
const load = (run: RunId, store: readonly string[]) => {
  return ['load', folderOf(run), ...store, '--lease-ms', LEASE_MS, ...anyhow];
};

async function makeRun(run: RunId, { lines, files }: Content): Promise<void> {
  linesOf.set(run, lines);
  const own: RunFiles = new Map(files);
  changeManifest(own, (manifest) => ({ ...manifest, run, computedAt: runTime(run) }));
  await writeRun(folderOf(run), own);
}

/** A run newer than every run before it. */
async function makeNext(): Promise<RunId> {
  const run = createRunId(new Date(runTime(first).getTime() + linesOf.size * DAY_MS));
  const next = large[linesOf.size % large.length];
  if (next !== undefined) await makeRun(run, next);
  return run;
}

interface Phase {
  readonly phase: string;
  readonly wanted: (event: CommandEvent) => boolean;
  /** Frozen there until the kill; otherwise it runs on until the signal arrives. */
  readonly freezeAt?: string;
}

const midway = (event: CommandEvent) => event.kind === 'progress' && event.done > 0 && event.done < event.total;
/** When so many parts are finished; each event is asked about once. */
const afterParts = (count: number) => {
  let finished = 0;
  return (event: CommandEvent) => event.kind === 'item' && event.state === 'finished' && ++finished === count;
};
const stage = (name: string) => ({
  wanted: (event: CommandEvent) => event.kind === 'stage' && event.stage === name,
  freezeAt: `"stage":"${name}"`,
});
const oneOfEach: readonly Phase[] = [
  { phase: 'at the start', ...stage('build') },
  { phase: 'before the catalogue', ...stage('catalogue') },
  { phase: 'in the middle of a part', wanted: midway },
  { phase: 'during the seal', wanted: stage('seal').wanted },
  { phase: 'in the gates', ...stage('gates') },
  { phase: 'just before publish', ...stage('publish') },
  { phase: 'during publish', wanted: stage('publish').wanted },
  { phase: 'just after publish', wanted: ({ kind }) => kind === 'result', freezeAt: '"kind":"result"' },
];
/** Where lines are under way, offsets are acknowledged and parts change hands. */
const whileFilling: readonly Phase[] = (ROUNDS > 1 ? [2, 4, 6] : [2]).map((count) => {
  return { phase: `when ${count} of ${PARTS} parts are finished`, wanted: afterParts(count) };
});
const phases = Array.from({ length: ROUNDS }, () => oneOfEach).flat();

/** A load that `phase` may freeze. */
function startLoad(run: RunId, store: readonly string[], { freezeAt }: Partial<Phase> = {}): Child {
  const preload = new URL('../support/freeze.ts', import.meta.url);
  const environment = freezeAt === undefined ? {} : { NODE_OPTIONS: `--import ${preload}`, FREEZE_AT: freezeAt };
  return startCommand(mainOf('ingest'), load(run, store), { environment });
}

describe('embedded', () => {
  const place = { url: '', flags: [''] };
  beforeAll(async () => {
    place.url = `embedded:${join(scratch, randomUUID())}`;
    place.flags = ['--store', place.url];
    await resultOf('ingest', load(first, place.flags));
  });

  test.each(phases)('killed $phase', (phase) => checkKilled(place, phase));
});

describe('elasticsearch', () => {
  const { elasticsearch: url } = servers();
  const prefix = `kill-${randomUUID().slice(0, 8)}`;
  const place = { url, prefix, flags: ['--store', url, '--prefix', prefix] };
  beforeAll(async () => {
    await resultOf('ingest', load(first, place.flags));
    return () => removeIndices(prefix);
  });

  test.each([...phases, ...whileFilling])('killed $phase', (phase) => checkKilled(place, phase));

  test('killed after a lost acknowledgement', async () => {
    const [before, next] = [await servedRun(place), await makeNext()];
    const proxy = await startFaultProxy(url);
    const child = startLoad(next, ['--store', proxy.url, '--prefix', prefix]);
    await child.until(midway);
    proxy.inject({ kind: 'cut', afterBytes: 0 });
    const sent = proxy.counts().requests;
    await expect.poll(() => proxy.counts().requests - sent, { timeout: 20_000, interval: 20 }).toBeGreaterThan(500_000);
    await checkUnharmed(place, { before, next, stages: await kill(child) });
    const { replayed } = await checkAgain(place, next);
    expect(replayed).toBeGreaterThan(0);
    await proxy.stop();
  });
});

interface Place {
  readonly url: string;
  readonly prefix?: string;
  readonly flags: readonly string[];
}

async function checkKilled(place: Place, phase: Phase): Promise<void> {
  const [before, next] = [await servedRun(place), await makeNext()];
  const reader = readThroughout(() => open(place), linesOfRun);
  const stages = await killAt(startLoad(next, place.flags, phase), phase.wanted);
  await checkUnharmed(place, { before, next, stages });
  await checkAgain(place, next);
  checkReadable(await reader.stop());
}

function checkReadable({ reads, wrong }: ReadThroughout): void {
  expect(wrong).toEqual([]);
  expect(reads).toBeGreaterThan(5);
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

interface Killed {
  readonly before: RunId;
  readonly next: RunId;
  readonly stages: readonly string[];
}

/** What is served is one whole generation: the one before, unless publishing had begun. */
async function checkUnharmed(place: Place, { before, next, stages }: Killed): Promise<void> {
  const { run, wrong } = await served(place, SAMPLE);
  const possible = stages.includes('publish') ? [before, next] : [before];
  expect(stages.includes('published') ? [next] : possible).toContain(run);
  expect(wrong).toEqual([]);
}

/** The same command again ends well, and every document equals its source line. */
async function checkAgain(place: Place, next: RunId): Promise<Readonly<Record<string, unknown>>> {
  const result = await resultOf('ingest', load(next, place.flags));
  expect(await served(place)).toEqual({ run: next, members: CUSTOMERS, wrong: [] });
  expect(await outcomesOf(place, next)).toEqual({ lines: CUSTOMERS, stored: CUSTOMERS, rejected: {} });
  return result;
}

const open = ({ url, prefix }: Place) => openStore(url, prefix === undefined ? {} : { prefix });

async function servedRun(place: Place): Promise<RunId> {
  await using store = open(place);
  return (await store.publisher.live()).generation.run;
}

async function served(place: Place, sample?: number): Promise<Served> {
  await using store = open(place);
  return await servedDocuments(store, linesOfRun, sample);
}

const linesOfRun = (run: RunId) => linesOf.get(run) ?? [];

/** By the ledger, whichever job settled what: every line has one outcome. */
async function outcomesOf(place: Place, run: RunId) {
  await using store = open(place);
  const { parts } = await store.publisher.status(run);
  const total = sumOutcomes(parts.flatMap((part) => (part.state === 'finished' ? [part.outcomes] : [])));
  return { lines: linesIn(total), stored: storedIn(total), rejected: total.rejected };
}
