/** A build that was sealed goes on, because parts that failed are loaded again after all. */
import type { RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import { isPublished } from './generation.ts';
import type { Watch } from './holder.ts';
import { isBeingPublished, type Pointer } from './publication.ts';
import { type GenerationRecord, generationKey, type Records, type Versioned } from './records.ts';

export interface ReopeningTerms {
  readonly records: Records;
  readonly run: RunId;
  /** This job. */
  readonly owner: string;
  readonly watch: Watch;
  /** What is live. */
  pointer(call: Call): Promise<Pointer>;
}

/** What came of it. `later`: a closer or a publisher is at it, so look again. */
export type Reopening = 'reopened' | 'later' | 'over';

/** By compare-and-set from what was seen: of a publisher and whoever reopens exactly one comes first. */
export async function reopen(
  { records, run, owner, watch, pointer }: ReopeningTerms,
  { value: record, version }: Versioned<GenerationRecord>,
  call: Call,
): Promise<Reopening> {
  if (isPublished(record) || record.closer?.owner === owner) return 'over';
  if (watch.isHeld(run, record.closer)) return 'later';
  const live = await pointer(call);
  // Its publisher may have died before it wrote so down.
  if (live.run === run) return 'over';
  if (isBeingPublished(record, live)) return 'later';
  return (await records.put(generationKey(run), { value: reopened(record), version }, call)) ? 'reopened' : 'later';
}

/** Who was erased stays in it: their documents were created, and are gone. */
function reopened(record: GenerationRecord): GenerationRecord {
  const { closer: _, outcomes: __, verdicts: ___, publishing: ____, ...rest } = record;
  return { ...rest, state: 'building', members: 0, memberships: 0 };
}
