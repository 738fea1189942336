/** What the suites of a store share. */
import { parseCustomerId } from '@segment-store/contract/id';
import { expect, type TestContext } from 'vitest';
import type { StoreOptions } from './options.ts';
import { toOutcomes } from './outcomes.ts';
import type { StoreCode } from './refusal.ts';
import { callFor, lineOf, linesOf, type Memberships } from './store.fixture.ts';
import type { ClaimedPart, PartFailure, Reader, Store } from './store.ts';

/** Where one test keeps its generations; opened several times it is the same place. */
export interface Place {
  readonly url: string;
  readonly options: StoreOptions;
  open(options?: StoreOptions): Store;
  remove(): Promise<void>;
}

/** Fresh for one test, gone after it. */
export interface Places {
  place(context: TestContext): Promise<Place>;
  opened(context: TestContext): Promise<Store>;
}

/** Dozens of indices are created one after the other. */
export const SLOW = { timeout: 300_000 };

export const failing = (code: StoreCode, named = ''): unknown =>
  expect.objectContaining({ name: 'Failure', code, message: expect.stringContaining(named) });

export const broken: PartFailure = { code: 'CORRUPT', message: 'it ends too early' };

/** Writes lines of a part that is broken behind them. */
export async function failPart(claim: ClaimedPart, memberships: Memberships): Promise<void> {
  await using _ = claim;
  const lines = linesOf(
    claim.part,
    Object.entries(memberships).map(([id, segmentIds]) => lineOf(id, segmentIds)),
  );
  const outcomes = toOutcomes(await claim.write(lines, callFor()));
  await claim.acknowledge(lines.offset, outcomes);
  await claim.fail(outcomes, broken);
}

export async function read(reader: Reader, ...ids: readonly string[]): Promise<unknown[]> {
  const settled = await reader.read(ids.map(parseCustomerId), callFor());
  return settled.map((one, index) => {
    if (one.status === 'rejected') throw one.reason;
    if (one.value !== undefined) expect(one.value.customerId).toBe(ids[index]);
    return one.value?.segmentIds;
  });
}

export async function liveReader(store: Store): Promise<Reader> {
  const { generation } = await store.publisher.live();
  return store.reader.open(generation.run, callFor());
}

export async function states(store: Store): Promise<Record<string, string>> {
  const generations = await store.publisher.generations();
  return Object.fromEntries(generations.map(({ run, state }) => [run, state]));
}
