/** Taking a run out of a store: what nobody needs any more, or a build that is given up. */
import type { RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import { pause } from '@segment-store/resilience/patience';
import { type Holder, held, holds, type Lives } from './holder.ts';
import type { PartRecord } from './part-record.ts';
import { checkAbort, checkRemoval, type Pointer } from './publication.ts';
import { type GenerationRecord, generationKey, partKeys, type Records } from './records.ts';
import { refusal } from './refusal.ts';

export interface RemovalTerms {
  readonly records: Records;
  readonly lives: Lives;
  /** Changes the record of a run, which may be missing; `change` may refuse by throwing. */
  mark(run: RunId, change: Mark, call: Call): Promise<GenerationRecord>;
  removeDocuments(run: RunId, call: Call): Promise<void>;
}

type Mark = (record: GenerationRecord | undefined, live: Pointer) => GenerationRecord;

/** @throws Failure NOT_FOUND, CONFLICT for the live generation, HELD while a job builds it */
export async function remove(terms: RemovalTerms, run: RunId, call: Call): Promise<void> {
  const known = (await terms.records.get(generationKey(run), call))?.value;
  const holder = known && (await livingHolder(terms, known, call));
  const change: Mark = (found, live) => {
    const record = checkRemoval(run, found, live);
    if (holder !== undefined) throw held(`run ${run}`, holder);
    return { ...record, removing: true };
  };
  const marked = await terms.mark(run, change, call);
  if (!known?.removing) await checkLeft(terms, marked, call);
  await terms.removeDocuments(run, call);
  await terms.records.remove(partKeys(run, marked.parts), call);
  await terms.records.remove([generationKey(run)], call);
}

/** A job may have taken a part between the look and the mark; from the mark on none can join. */
async function checkLeft(terms: RemovalTerms, marked: GenerationRecord, call: Call): Promise<void> {
  const holder = await livingHolder(terms, marked, call);
  if (holder === undefined) return;
  const { run } = marked;
  const unmark: Mark = (record) => {
    if (record === undefined) throw refusal('NOT_FOUND', `no generation of run ${run}: nothing to remove`);
    const { removing: _, ...rest } = record;
    return rest;
  };
  await terms.mark(run, unmark, call);
  throw held(`run ${run}`, holder);
}

/**
 * Also under living jobs, whose leases cannot be renewed from here on. The run's last record goes once all of them are
 * over: until then nobody can build it again, so that no late line of theirs comes into the next build.
 * @throws Failure NOT_FOUND, CONFLICT for what was published
 */
export async function abort(terms: RemovalTerms, run: RunId, call: Call): Promise<void> {
  const change: Mark = (found, live) => ({ ...checkAbort(run, found, live), removing: true });
  const record = await terms.mark(run, change, call);
  for (;;) {
    const holder = await livingHolder(terms, record, call);
    await terms.removeDocuments(run, call);
    await terms.records.remove(partKeys(run, record.parts), call);
    if (holder === undefined) break;
    await pause(Math.min(holder.leaseMs, Math.max(0, Date.parse(holder.until) - Date.now())), call);
  }
  await terms.records.remove([generationKey(run)], call);
}

/** The one whose lease lasts longest. */
async function livingHolder(
  { records, lives }: RemovalTerms,
  { run, parts, closer }: GenerationRecord,
  call: Call,
): Promise<Holder | undefined> {
  const found = await records.getMany(partKeys(run, parts), call);
  const holders = [closer, ...found.map((part) => holderOf(part?.value))];
  const living = holders.filter((holder) => holds(holder, lives));
  return living.sort((a, b) => Date.parse(b.until) - Date.parse(a.until))[0];
}

const holderOf = (part: PartRecord | undefined) => (part?.state === 'begun' ? part.holder : undefined);
