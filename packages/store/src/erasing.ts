/** What erasures leave in a generation's record, and what a seal makes of it. */
import type { CustomerId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import type { Documents } from './documents.ts';
import type { DeferredErasure, ErasedAtSeal, GenerationRecord } from './records.ts';

/**
 * A build under way keeps its documents until its seal: a second line of the same customer is a duplicate only as long
 * as the first is there, and what was written can be counted exactly. Nobody reads them before.
 */
export function deferredTo(record: GenerationRecord, customerIds: readonly CustomerId[]): GenerationRecord {
  const known = new Set(record.erasing?.map(({ customer }) => customer));
  const more = customerIds.filter((customer) => !known.has(customer)).map((customer) => ({ customer }));
  return more.length === 0 ? record : { ...record, erasing: [...(record.erasing ?? []), ...more] };
}

/** Its counts stay what the gates judged; what is missing since is told beside them. */
export function erasedFrom(record: GenerationRecord, hashes: readonly string[]): GenerationRecord {
  if (hashes.length === 0) return record;
  return { ...record, erased: [...new Set([...(record.erased ?? []), ...hashes])] };
}

export interface SealTerms {
  readonly documents: Documents;
  /** The record as it is now. */
  read(): Promise<GenerationRecord>;
  amend(change: (record: GenerationRecord) => GenerationRecord): Promise<GenerationRecord>;
  /** How a sealed record calls customers. */
  hashing(call: Call): Promise<(customerId: CustomerId) => string>;
}

/**
 * Documents that were created and are gone: a seal before this one deleted them, or an erasure before the build was
 * reopened. A part that is loaded again brings some of them back.
 */
export async function erasedBefore({ documents, read, hashing }: SealTerms, call: Call): Promise<number> {
  const { run, erasing = [], erased = [], erasedAtSeal = [] } = await read();
  const gone = new Set([...erased, ...erasedAtSeal.map(({ hash }) => hash)]);
  if (erasing.length === 0) return gone.size;
  const hash = await hashing(call);
  for (const { customer } of erasing.filter(isNoted)) gone.add(hash(customer));
  const known = erasing.map(({ customer }) => customer).filter((customer) => gone.has(hash(customer)));
  return known.length === 0 ? gone.size : gone.size - (await documents.find(run, known, call)).size;
}

/**
 * Deletes, once nothing can be written any more, who was erased while the build was under way; again after a crash it
 * does the rest. `seal` makes the sealed record of one that says what was deleted.
 */
export async function eraseAndSeal(
  terms: SealTerms,
  seal: (record: GenerationRecord) => GenerationRecord,
  call: Call,
): Promise<GenerationRecord> {
  for (;;) {
    const erasing = await eraseDeferred(terms, call);
    const deleted = await toDeleted(erasing, terms, call);
    const sealed = await terms.amend((record) => {
      // Somebody was erased meanwhile: from the beginning.
      if ((record.erasing?.length ?? 0) !== erasing.length) return record;
      return seal(withoutNames(record, deleted));
    });
    if (sealed.state !== 'building') return sealed;
  }
}

async function eraseDeferred({ documents, read, amend }: SealTerms, call: Call): Promise<readonly DeferredErasure[]> {
  const { run, erasing = [] } = await read();
  if (erasing.length === 0) return erasing;
  const ids = erasing.map(({ customer }) => customer);
  const found = await documents.find(run, ids, call);
  const noted = (one: DeferredErasure): DeferredErasure => {
    const memberships = one.memberships ?? found.get(one.customer);
    return memberships === undefined ? one : { ...one, memberships };
  };
  const note = (record: GenerationRecord) => ({ ...record, erasing: (record.erasing ?? []).map(noted) });
  const all = (await amend(note)).erasing ?? [];
  await documents.remove(run, [...found.keys()], call);
  return all;
}

async function toDeleted(
  erasing: readonly DeferredErasure[],
  { hashing }: SealTerms,
  call: Call,
): Promise<readonly ErasedAtSeal[]> {
  const noted = erasing.filter(isNoted);
  if (noted.length === 0) return [];
  const hash = await hashing(call);
  return noted.map(({ customer, memberships }) => ({ hash: hash(customer), memberships }));
}

/** Whoever was erased after an earlier seal, and came back with a part loaded again, is deleted by this one. */
function withoutNames(record: GenerationRecord, deleted: readonly ErasedAtSeal[]): GenerationRecord {
  const { erasing: _, erased = [], erasedAtSeal = [], ...rest } = record;
  const all = new Map([...erasedAtSeal, ...deleted].map((one) => [one.hash, one]));
  const since = erased.filter((hash) => !all.has(hash));
  return {
    ...rest,
    ...(since.length > 0 && { erased: since }),
    ...(all.size > 0 && { erasedAtSeal: [...all.values()] }),
  };
}

/** Its document was there. */
const isNoted = (one: DeferredErasure): one is Required<DeferredErasure> => one.memberships !== undefined;
