/** Several loads of one run at once: they share its parts, whoever dies is replaced, and nothing is counted twice. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startCommand } from '@segment-store/cli/child';
import type { CommandEvent } from '@segment-store/cli/event';
import { parseRunId } from '@segment-store/contract/id';
import { openStore } from '@segment-store/store/open';
import { linesIn, storedIn, sumOutcomes } from '@segment-store/store/outcomes';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { mainOf } from '../support/commands.ts';
import { servedDocuments } from '../support/documents.ts';
import { removeIndices } from '../support/indices.ts';
import { generatedParts, runFiles, writeRun } from '../support/run-folder.ts';
import { servers } from '../support/servers.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const run = parseRunId('20260101t000000z');
const parts = generatedParts({ customers: 200_000, parts: 30, seed: 7 });
const lines = parts.flat();

let scratch = '';
let folder = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segment-jobs-'));
  folder = await writeRun(join(scratch, run), runFiles({ run, parts, gzip: true }));
});
afterAll(() => rm(scratch, { recursive: true }));

const midway = (event: CommandEvent) => event.kind === 'progress' && event.done > 0 && event.done < event.total;
const resultIn = (events: readonly CommandEvent[]) => events.find((event) => event.kind === 'result')?.data;

test('three loads of one run, one of them killed midway: the others end well, every document equals its line', async () => {
  const { elasticsearch: url } = servers();
  const prefix = `jobs-${randomUUID().slice(0, 8)}`;
  const args = ['load', folder, '--store', url, '--prefix', prefix, '--lease-ms', '3000', '--parts-at-once', '2'];
  const jobs: readonly Child[] = Array.from({ length: 3 }, () => startCommand(mainOf('ingest'), args));
  const [victim, ...others] = jobs;
  await Promise.all(jobs.map((job) => job.until(midway)));
  victim?.process.kill('SIGKILL');
  const ended = await Promise.all(others.map((job) => job.finished));
  for (const { exitCode, events, stderr } of ended)
    expect([exitCode, events.at(-1), stderr]).toMatchObject([0, {}, '']);
  const published = ended.map(({ events }) => resultIn(events)?.published);
  expect(published.toSorted()).toEqual([false, true]);

  await using store = openStore(url, { prefix });
  expect(await servedDocuments(store, () => lines)).toEqual({ run, members: lines.length, wrong: [] });
  const status = await store.publisher.status(run);
  const total = sumOutcomes(status.parts.flatMap((part) => (part.state === 'finished' ? [part.outcomes] : [])));
  expect([linesIn(total), storedIn(total)]).toEqual([lines.length, lines.length]);
  expect(total.rejected).toEqual({});
  await removeIndices(prefix);
});
