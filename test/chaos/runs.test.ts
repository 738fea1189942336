import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRunId, type RunId } from '@segment-store/contract/id';
import type { Member } from '@segment-store/contract/lines';
import { openFolder } from '@segment-store/folder/open';
import { expect, onTestFinished, test } from 'vitest';
import { generatedParts, runFiles, writeRun } from '../support/run-folder.ts';
import { Runs, readRun } from './runs.ts';
import { segmentsText } from './turned.ts';

const FIRST = parseRunId('20260101t000000z');
const PARTS = generatedParts({ customers: 400, parts: 3, seed: 1 });

async function given() {
  const root = await mkdtemp(join(tmpdir(), 'chaos-runs-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const calculate = (run: RunId, parts = PARTS) => writeRun(join(root, run), runFiles({ run, parts, gzip: true }));
  await calculate(FIRST);
  const folder = openFolder(root);
  const [announced, recorded]: [string[], unknown[]] = [[], []];
  const runs = new Runs({
    folder,
    first: await readRun(folder, FIRST),
    recorder: { record: (happening) => void recorded.push(happening) },
    announce: async (key) => void announced.push(key),
  });
  return { folder, runs, announced, recorded, calculate };
}

const sizesOf = (members: readonly Member[]) => {
  const sizes = new Map<string, number>();
  for (const { segmentIds } of members) for (const id of segmentIds) sizes.set(id, (sizes.get(id) ?? 0) + 1);
  return [...sizes].toSorted();
};

test('the next run is there before it is announced, with everybody in other segments of the same sizes', async () => {
  const { folder, runs, announced, recorded } = await given();
  const run = await runs.next();
  expect(run > FIRST).toBe(true);
  expect(announced).toEqual([expect.stringMatching(new RegExp(`/${run}/manifest.json$`))]);
  expect(recorded).toEqual([
    { what: 'made', run: FIRST, turn: 0 },
    { what: 'made', run, turn: 1 },
    { what: 'announced', run },
  ]);
  const [before, after] = [await readRun(folder, FIRST), await readRun(folder, run)];
  expect(after.manifest.totals).toEqual(before.manifest.totals);
  expect(sizesOf(after.members)).toEqual(sizesOf(before.members));
  const was = new Map(before.members.map(({ customerId, segmentIds }) => [customerId, segmentsText(segmentIds)]));
  const isKept = ({ customerId, segmentIds }: Member) => was.get(customerId) === segmentsText(segmentIds);
  const kept = after.members.filter(isKept);
  expect(kept).toEqual([]);
});

test('runs that are asked for at once come one after the other, each newer', async () => {
  const { runs } = await given();
  const [one, other] = await Promise.all([runs.next(), runs.next()]);
  expect(one < other).toBe(true);
  expect(runs.newest).toBe(other);
});

test('a run that calculations made is known from when it is found, and told once', async () => {
  const { runs, recorded, calculate } = await given();
  const run = parseRunId('20260102t000000z');
  expect(await runs.calculatedSince(new Date('2026-01-01T12:00:00Z'))).toBeUndefined();
  await calculate(run);
  expect(await runs.calculatedSince(new Date('2026-01-02T12:00:00Z'))).toBeUndefined();
  expect(await runs.calculatedSince(new Date('2026-01-01T12:00:00Z'))).toBe(run);
  expect(await runs.calculatedSince(new Date('2026-01-01T12:00:00Z'))).toBe(run);
  expect(recorded.slice(1)).toEqual([{ what: 'made', run, turn: 0 }]);
});

test('a calculation that comes to something else is refused: nobody would know what is right', async () => {
  const { runs, calculate } = await given();
  const run = parseRunId('20260102t000000z');
  await calculate(run, generatedParts({ customers: 400, parts: 3, seed: 2 }));
  await expect(runs.calculatedSince(new Date(0))).rejects.toThrow(`run ${run} has other lines`);
});
