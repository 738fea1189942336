import { unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import { type Holder, Watch } from './holder.ts';
import { claim, type Lease, type LeaseTerms, type Seat } from './lease.ts';
import { recordsIn } from './records.fixture.ts';
import type { Key } from './records.ts';

interface Seated {
  readonly holder?: Holder;
  readonly steps: number;
}

const key: Key<Seated> = { id: 'seat' };
const seat: Seat<Seated> = {
  key,
  what: 'the seat',
  holder: ({ holder }) => holder,
  take: (record, holder) => ({ steps: record?.steps ?? 0, holder }),
  leave: ({ steps }) => ({ steps }),
};
const step = (record: Seated): Seated => ({ ...record, steps: record.steps + 1 });

function terms(leaseMs: number): LeaseTerms {
  return { records: recordsIn(new Map()), leaseMs, lives: () => true };
}

async function taken(given: LeaseTerms): Promise<Lease<Seated>> {
  const from = await given.records.get(key, unlimited);
  const lease = await claim({ seat, owner: 'this job', from }, given, unlimited);
  if (lease === undefined) throw new Error('not claimed');
  return lease;
}

const holderIn = async ({ records }: LeaseTerms) => (await records.get(key, unlimited))?.value.holder;

function other(leaseMs: number, untilMs: number): Holder {
  return { owner: 'other', pid: 7, host: 'elsewhere', until: new Date(Date.now() + untilMs).toISOString(), leaseMs };
}

/** Another job takes the seat, whoever has it. */
async function takeAway({ records }: LeaseTerms): Promise<void> {
  const found = await records.get(key, unlimited);
  const value = { steps: found?.value.steps ?? 0, holder: other(60_000, 60_000) };
  await records.put(key, { value, version: found?.version }, unlimited);
}

test('a job whose lease was taken over changes nothing any more', async () => {
  const given = terms(60_000);
  const lease = await taken(given);
  await takeAway(given);
  const refused = { code: 'HELD', message: expect.stringContaining('the seat is held by process 7 on elsewhere') };
  await expect(lease.amend(step, unlimited)).rejects.toMatchObject(refused);
  await expect(lease.end(step, unlimited)).rejects.toMatchObject(refused);
  expect(lease.lost.aborted).toBe(true);
  await lease[Symbol.asyncDispose]();
  expect(await given.records.get(key, unlimited)).toMatchObject({ value: { steps: 0, holder: { owner: 'other' } } });
});

test('of two jobs that looked at the same record one gets it', async () => {
  const given = terms(60_000);
  const claims = ['one', 'two'].map((owner) => claim({ seat, owner, from: undefined }, given, unlimited));
  const [first, second] = await Promise.all(claims);
  expect([first?.owner, second]).toEqual(['one', undefined]);
  await first?.[Symbol.asyncDispose]();
});

test('a record that is gone ends the lease as a conflict', async () => {
  const given = terms(60_000);
  const lease = await taken(given);
  await given.records.remove([key], unlimited);
  await expect(lease.amend(step, unlimited)).rejects.toMatchObject({ code: 'CONFLICT', message: /aborted or removed/ });
  expect(lease.lost.aborted).toBe(true);
});

test('letting go frees it at once, and keeps what was changed', async () => {
  const given = terms(60_000);
  const lease = await taken(given);
  await lease.amend(step, unlimited);
  await lease[Symbol.asyncDispose]();
  expect((await given.records.get(key, unlimited))?.value).toEqual({ steps: 1 });
});

test('a last change whose answer was lost is made once when it is tried again', async () => {
  const given = terms(60_000);
  const lease = await taken(given);
  const { put } = given.records;
  given.records.put = async (...writing) => {
    await put(...writing);
    given.records.put = put;
    throw new Error('no answer');
  };
  await expect(lease.end(step, unlimited)).rejects.toThrow('no answer');
  expect(await lease.end(step, unlimited)).toEqual({ steps: 1 });
});

test('a lease is renewed for as long as it is held', async () => {
  const given = terms(60);
  const lease = await taken(given);
  const first = await holderIn(given);
  await expect.poll(async () => (await holderIn(given))?.until, { interval: 5 }).not.toBe(first?.until);
  await lease[Symbol.asyncDispose]();
});

test('a job that cannot renew its lease stops when it ends, though nobody has told it', async () => {
  const given = terms(200);
  const lease = await taken(given);
  given.records.put = () => Promise.reject(new Error('no way out'));
  await expect.poll(() => lease.lost.reason).toMatchObject({ code: 'UNAVAILABLE', retryable: false });
  expect(String(lease.lost.reason)).toContain('200 ms');
});

test('a dead job is waited for no longer than one lease of its own, however wrong its clock was', async () => {
  const watch = new Watch(() => true);
  const dead = other(100, 3_600_000);
  expect(watch.isHeld('seat', dead)).toBe(true);
  await expect.poll(() => watch.isHeld('seat', dead), { interval: 5 }).toBe(false);
  expect(watch.isHeld('seat', other(100, 3_600_001))).toBe(true);
});

test('a job with a long lease is not taken for dead, one that is known to be dead is', () => {
  const living = other(60_000, 60_000);
  expect(new Watch(() => true).isHeld('seat', living)).toBe(true);
  expect(new Watch(() => false).isHeld('seat', living)).toBe(false);
  expect(new Watch(() => true).isHeld('seat', other(60_000, -1))).toBe(false);
});
