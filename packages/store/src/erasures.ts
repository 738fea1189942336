/** Customers who are to be forgotten: on a list of keyed hashes, deleted from every generation, left out of later loads. */
import type { CustomerId, RunId } from '@segment-store/contract/id';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import type { Documents } from './documents.ts';
import { erasedList, hashingWith, nobodyErased } from './erased-list.ts';
import { deferredTo, erasedFrom } from './erasing.ts';
import { ERASURE_KEY, makeErasureKey } from './erasure-key.ts';
import { amend, type GenerationRecord, generationKey, type Records } from './records.ts';
import { refusal } from './refusal.ts';
import type { ErasedFrom, Erasures } from './store.ts';

export interface ErasureTerms {
  records(): Records;
  readonly documents: Documents;
  readonly hashes: {
    /** Settles with how many were not there before, once every `all` has them. */
    put(hashes: readonly string[], call: Call): Promise<number>;
    all(call: Call): Promise<ReadonlySet<string>>;
    /** How many `all` has. */
    count(call: Call): Promise<number>;
  };
  /** Of every run that has one, also of a build that has written nothing yet. */
  generations(call: Call): Promise<readonly GenerationRecord[]>;
}

export function createErasures(terms: ErasureTerms): Omit<Erasures, 'follow'> {
  const { records, hashes } = terms;
  return {
    async add(customerIds, call) {
      const at = new Date();
      const ids = [...new Set(customerIds)];
      const hash = hashingWith(await makeErasureKey(records(), call));
      // First the list, then the builds: one that does not see the list yet is told below.
      const recorded = await hashes.put(ids.map(hash), call);
      const generations: ErasedFrom[] = [];
      for (const { run } of await terms.generations(call)) {
        const from = await eraseFrom(terms, { run, ids, hash }, call);
        if (from !== undefined) generations.push(from);
      }
      return { at, recorded, generations };
    },
    async list(call) {
      const key = (await records().get(ERASURE_KEY, call))?.value.key;
      return key === undefined ? nobodyErased : erasedList(key, await hashes.all(call));
    },
    async defer(run, customerIds, call) {
      const change = (record: GenerationRecord | undefined) => {
        if (record?.state === 'building') return deferredTo(record, customerIds);
        throw refusal('CONFLICT', `run ${run} is no build under way: it takes no more lines`);
      };
      await amend(records(), { key: generationKey(run), change }, call);
    },
  };
}

interface Erasing {
  readonly run: RunId;
  readonly ids: readonly CustomerId[];
  hash(customerId: CustomerId): string;
}

/** Undefined when the run goes away meanwhile. */
async function eraseFrom(terms: ErasureTerms, erasing: Erasing, call: Call): Promise<ErasedFrom | undefined> {
  try {
    return (await deferred(terms, erasing, call)) ?? (await eraseNow(terms, erasing, call));
  } catch (error) {
    if (isFailure(error) && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

/** Undefined unless it is a build under way. */
async function deferred({ records }: ErasureTerms, { run, ids }: Erasing, call: Call): Promise<ErasedFrom | undefined> {
  const key = generationKey(run);
  const before = (await records().get(key, call))?.value;
  if (before === undefined || before.removing) throw gone(run);
  if (before.state !== 'building') return undefined;
  const change = (record: GenerationRecord | undefined) => {
    if (record === undefined) throw gone(run);
    return record.state === 'building' ? deferredTo(record, ids) : record;
  };
  const { state } = await amend(records(), { key, change }, call);
  return state === 'building' ? { run, state, deleted: 0 } : undefined;
}

async function eraseNow({ records, documents }: ErasureTerms, erasing: Erasing, call: Call): Promise<ErasedFrom> {
  const { run, ids, hash } = erasing;
  const found = [...(await documents.find(run, ids, call)).keys()];
  // Written down first: whoever compares counts meanwhile, or after a crash, knows what may be missing.
  const change = (record: GenerationRecord | undefined) => {
    if (record === undefined) throw gone(run);
    // Reopened meanwhile.
    if (record.state === 'building') return deferredTo(record, ids);
    return erasedFrom(record, found.map(hash));
  };
  const { state } = await amend(records(), { key: generationKey(run), change }, call);
  if (state === 'building') return { run, state, deleted: 0 };
  await documents.remove(run, found, call);
  return { run, state, deleted: found.length };
}

const gone = (run: RunId): Error => refusal('NOT_FOUND', `no generation of run ${run}`);
