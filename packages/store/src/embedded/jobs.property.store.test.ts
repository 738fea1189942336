/** However often jobs stop, and wherever: every line has one outcome, and the store counts what was created and replayed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCustomerId } from '@segment-store/contract/id';
import { printMember } from '@segment-store/contract/lines';
import type { Manifest } from '@segment-store/contract/manifest';
import { expect, test } from 'vitest';
import { randomBelow } from '../../../../test/support/random.ts';
import { openStore } from '../open.ts';
import { linesIn, storedIn, sumOutcomes, toOutcomes } from '../outcomes.ts';
import { callFor, lineOf, linesOf, manifestOf, runAt, segmentsOf } from '../store.fixture.ts';
import type { Build, ClaimedPart, Outcomes, Store } from '../store.ts';

const ROUNDS = 20;
const broken = { code: 'CORRUPT', message: 'bad today' };

type Below = ReturnType<typeof randomBelow>;

/** Lines of each part. One customer in eight has been there before, with other segments. */
function randomParts(below: Below): readonly (readonly string[])[] {
  let customers = 0;
  return Array.from({ length: 1 + below(6) }, (_, part) =>
    Array.from({ length: below(60) }, (_, line) => {
      const customer = customers > 0 && below(8) === 0 ? below(customers) : customers++;
      return lineOf(`c${customer}`, [`s:${part}-${line}`]);
    }),
  );
}

interface Job {
  readonly build: Build;
  readonly manifest: Manifest;
  readonly parts: readonly (readonly string[])[];
  readonly below: Below;
  /** One step in so many ends the job, or the part. */
  readonly mishaps: number;
}

/** False when the job stops in the middle of the part, without a word about what it wrote last. */
async function work({ manifest, parts, below, mishaps }: Job, claim: ClaimedPart): Promise<boolean> {
  const texts = parts[manifest.parts.findIndex(({ key }) => key === claim.part.key)] ?? [];
  const bytesBefore = (line: number) =>
    Buffer.byteLength(
      texts
        .slice(0, line)
        .map((text) => `${text}\n`)
        .join(''),
    );
  let sum: Outcomes = claim.acknowledged.outcomes;
  let line = texts.findIndex((_, index) => bytesBefore(index) >= claim.acknowledged.offset);
  for (line = line < 0 ? texts.length : line; line < texts.length; ) {
    const some = texts.slice(line, line + 1 + below(20));
    const lines = linesOf(claim.part, some, bytesBefore(line));
    sum = sumOutcomes([sum, toOutcomes(await claim.write(lines, callFor()))]);
    line += some.length;
    if (below(mishaps) === 0) return false;
    if (below(2) === 0) await claim.acknowledge(lines.offset, sum);
    else continue;
    if (below(mishaps) > 0) continue;
    await claim.fail(sum, broken);
    return true;
  }
  expect(linesIn(sum)).toBe(texts.length);
  await claim.finish(sum);
  return true;
}

async function runJob(job: Job, retryFailed: boolean): Promise<void> {
  for await (const claim of job.build.parts({ retryFailed }, callFor())) {
    await using _ = claim;
    if (!(await work(job, claim))) return;
  }
}

async function documentsOf(store: Store, manifest: Manifest, ids: readonly string[]): Promise<readonly string[]> {
  await using reader = await store.reader.open(manifest.run, callFor());
  const read = await reader.read(ids.map(parseCustomerId), callFor());
  return read.map((one) => (one.status === 'fulfilled' && one.value ? printMember(one.value) : 'missing'));
}

test.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))('round %i', { timeout: 60_000 }, async (seed) => {
  const below = randomBelow(seed);
  const takesFailed = seed % 2 === 0;
  const parts = randomParts(below);
  const manifest = manifestOf(runAt(seed), { parts: parts.length });
  const directory = await mkdtemp(join(tmpdir(), 'store.'));
  const stores = [1, 2, 3].map(() => openStore(`embedded:${directory}`, { leaseMs: 1_200 }));
  for (const mishaps of [4, 8, 12, Number.POSITIVE_INFINITY]) {
    await Promise.all(
      stores.map(async (store) => {
        await using build = await store.writer.build(manifest, callFor());
        await build.catalogue(segmentsOf('s:1'));
        const isLast = mishaps === Number.POSITIVE_INFINITY;
        await runJob({ build, manifest, parts, below, mishaps }, isLast ? takesFailed : below(2) === 0);
      }),
    );
  }
  const [store] = stores;
  if (store === undefined) throw new Error('no store');
  await checkCounts(store, manifest, { parts, isWhole: takesFailed });
  const byCustomer = Map.groupBy(parts.flat(), (text) => `${JSON.parse(text).customer_id}`);
  const documents = await documentsOf(store, manifest, [...byCustomer.keys()]);
  for (const [index, candidates] of [...byCustomer.values()].entries()) {
    expect(takesFailed ? candidates : [...candidates, 'missing']).toContain(documents[index]);
  }
  for (const one of stores) await one[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

async function checkCounts(
  store: Store,
  manifest: Manifest,
  { parts, isWhole }: { readonly parts: readonly (readonly string[])[]; readonly isWhole: boolean },
): Promise<void> {
  await using build = await store.writer.build(manifest, callFor());
  const { total, parts: ended } = await build.outcomes();
  const stored = storedIn(total);
  const duplicates = linesIn(total) - stored;
  expect(await build.seal()).toMatchObject({ members: stored, memberships: stored });
  expect(total.rejected).toEqual(duplicates === 0 ? {} : { 'duplicate-customer': duplicates });
  if (!isWhole) return;
  expect(ended.every(({ state }) => state === 'finished')).toBe(true);
  expect(linesIn(total)).toBe(parts.flat().length);
}
