import { unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import { claim, type LeaseTerms } from './lease.ts';
import { type GenerationRecord, generationKey, type Key, type Records } from './records.ts';
import { callFor, manifestOf, runAt } from './store.fixture.ts';

const manifest = manifestOf(runAt(1));
const key = generationKey(runAt(1));

/** Records of one process, as texts. */
function recordsIn(texts: Map<string, string>): Records {
  const parse = <T>(text: string): T => JSON.parse(text);
  const get = <T>({ id }: Key<T>) => {
    const text = texts.get(id);
    return text === undefined ? undefined : { value: parse<T>(text), version: text };
  };
  return {
    get: async (one) => get(one),
    getMany: async (keys) => keys.map((one) => get(one)?.value),
    async put({ id }, { value, version }) {
      if (texts.get(id) !== version) return false;
      texts.set(id, JSON.stringify(value));
      return true;
    },
    async removeAt({ id }, version) {
      return texts.get(id) === version && texts.delete(id);
    },
    async remove(keys) {
      for (const { id } of keys) texts.delete(id);
    },
  };
}

function terms(leaseMs: number): LeaseTerms {
  return { records: recordsIn(new Map()), leaseMs, lives: () => true };
}

const change = (record: GenerationRecord): GenerationRecord => ({ ...record, segments: record.segments + 1 });

test('a job whose build was taken over cannot go on with it', async () => {
  const { records, ...rest } = terms(60_000);
  const { lease } = await claim(manifest, { records, ...rest }, callFor());
  const other = { owner: 'other', pid: 7, host: 'elsewhere', until: new Date(Date.now() + 60_000).toISOString() };
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

test('a dead job is waited for no longer than one lease, however wrong its clock was', async () => {
  const one = terms(200);
  const { lease, record } = await claim(manifest, one, callFor());
  await lease?.[Symbol.asyncDispose]();
  const released = await one.records.get(key, unlimited);
  const holder = { owner: 'dead', pid: 1, host: 'gone', until: new Date(Date.now() + 3_600_000).toISOString() };
  await one.records.put(key, { value: { ...record, holder }, version: released?.version }, unlimited);
  const startedAt = performance.now();
  await expect(claim(manifest, one, callFor(5_000))).resolves.toBeDefined();
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});
