import { unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import { claim, type LeaseTerms } from './lease.ts';
import { recordsIn } from './records.fixture.ts';
import { type GenerationRecord, generationKey, type Holder } from './records.ts';
import { callFor, manifestOf, runAt } from './store.fixture.ts';

const manifest = manifestOf(runAt(1));
const key = generationKey(runAt(1));

function terms(leaseMs: number): LeaseTerms {
  return { records: recordsIn(new Map()), leaseMs, lives: () => true };
}

const change = (record: GenerationRecord): GenerationRecord => ({ ...record, segments: record.segments + 1 });

test('a job whose build was taken over cannot go on with it', async () => {
  const { records, ...rest } = terms(60_000);
  const { lease } = await claim(manifest, { records, ...rest }, callFor());
  const other = {
    owner: 'other',
    pid: 7,
    host: 'elsewhere',
    until: new Date(Date.now() + 60_000).toISOString(),
    leaseMs: 60_000,
  };
  const found = await records.get(key, unlimited);
  if (found === undefined || lease === undefined) throw new Error('not claimed');
  await records.put(key, { value: { ...found.value, holder: other }, version: found.version }, unlimited);
  await expect(lease.amend(change, unlimited)).rejects.toMatchObject({
    code: 'HELD',
    message: /process 7 on elsewhere/,
  });
  expect(lease.lost.aborted).toBe(true);
  await lease[Symbol.asyncDispose]();
  expect((await records.get(key, unlimited))?.value.holder).toEqual(other);
});

test('letting go of a build frees it at once', async () => {
  const one = terms(60_000);
  const { lease } = await claim(manifest, one, callFor());
  await lease?.amend(change, unlimited);
  await lease?.[Symbol.asyncDispose]();
  const { record, isNew } = await claim(manifest, one, callFor(1_000));
  expect([record.segments, isNew]).toEqual([1, false]);
});

test('a lease is renewed for as long as the build is open', async () => {
  const one = terms(60);
  const { lease, record } = await claim(manifest, one, callFor());
  const renewed = async () => (await one.records.get(key, unlimited))?.value.holder?.until;
  await expect.poll(renewed, { interval: 5 }).not.toBe(record.holder?.until);
  await lease?.[Symbol.asyncDispose]();
});

/** Another job's lease, as a record says it. */
async function heldByOther(one: LeaseTerms, leaseMs: number): Promise<void> {
  const { lease, record } = await claim(manifest, one, callFor());
  await lease?.[Symbol.asyncDispose]();
  const released = await one.records.get(key, unlimited);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const holder: Holder = { owner: 'dead', pid: 1, host: 'gone', until, leaseMs };
  await one.records.put(key, { value: { ...record, holder }, version: released?.version }, unlimited);
}

test('a dead job is waited for no longer than one lease of its own, however wrong its clock was', async () => {
  const one = terms(60_000);
  await heldByOther(one, 200);
  const startedAt = performance.now();
  const { lease } = await claim(manifest, one, callFor(5_000));
  expect(performance.now() - startedAt).toBeLessThan(4_000);
  await lease?.[Symbol.asyncDispose]();
});

test('a job with a long lease is not taken for dead by one with a short lease', async () => {
  const one = terms(50);
  await heldByOther(one, 60_000);
  await expect(claim(manifest, one, callFor(500))).rejects.toMatchObject({ code: 'ABORTED' });
});

test('a job that cannot renew its lease stops when it ends, though nobody has told it', async () => {
  const one = terms(200);
  const { lease } = await claim(manifest, one, callFor());
  one.records.put = () => Promise.reject(new Error('no way out'));
  await expect.poll(() => lease?.lost.reason).toMatchObject({ code: 'UNAVAILABLE', retryable: false });
  expect(String(lease?.lost.reason)).toContain('200 ms');
});
