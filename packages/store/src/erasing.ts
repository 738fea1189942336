/** What erasures leave in a generation's record, and what a seal makes of it. */
import type { CustomerId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import type { Documents } from './documents.ts';
import type { DeferredErasure, GenerationRecord } from './records.ts';
import type { Counts } from './store.ts';

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
}

/** Documents that a seal before this one has deleted: they were created, and are not counted any more. */
export async function erasedBefore({ documents, read }: SealTerms, call: Call): Promise<number> {
  const { run, erasing = [] } = await read();
  const seen = erasing.filter(({ memberships }) => memberships !== undefined).map(({ customer }) => customer);
  return seen.length === 0 ? 0 : seen.length - (await documents.find(run, seen, call)).size;
}

/**
 * Deletes, once nothing can be written any more, who was erased while the build was under way; again after a crash it
 * does the rest. `seal` makes the sealed record of what was deleted.
 */
export async function eraseAndSeal(
  terms: SealTerms,
  seal: (record: GenerationRecord, deleted: Counts) => GenerationRecord,
  call: Call,
): Promise<GenerationRecord> {
  for (;;) {
    const erasing = await eraseDeferred(terms, call);
    const seen = erasing.filter(({ memberships }) => memberships !== undefined);
    const memberships = seen.reduce((sum, one) => sum + (one.memberships ?? 0), 0);
    const sealed = await terms.amend((record) => {
      // Somebody was erased meanwhile: from the beginning.
      if ((record.erasing?.length ?? 0) !== erasing.length) return record;
      const { erasing: _, ...rest } = record;
      return seal(rest, { members: seen.length, memberships });
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
