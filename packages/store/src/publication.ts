/** Who may be published, and who comes back when the live generation is withdrawn. */
import type { RunId } from '@segment-store/contract/id';
import { isPublished, lastPublication } from './generation.ts';
import { type Holder, held, holds, type Lives } from './holder.ts';
import type { PartRecord } from './part-record.ts';
import type { GenerationRecord, HoldRecord } from './records.ts';
import { refusal } from './refusal.ts';
import { GENESIS } from './store.ts';

/** What the store points at. */
export interface Pointer {
  readonly run: RunId;
  readonly epoch: number;
  readonly floor: number;
}

export function checkFence(live: Pointer, expected: number): void {
  if (live.epoch === expected) return;
  throw refusal('FENCED', `epoch ${expected} was judged, but epoch ${live.epoch} (${live.run}) is live: look again`);
}

/** @throws Failure FENCED, ON_HOLD, NOT_FOUND, OLDER, CONFLICT, in this order */
export function checkPublish(
  run: RunId,
  record: GenerationRecord | undefined,
  { live, expected, hold }: { live: Pointer; expected: number; hold: HoldRecord | undefined },
): GenerationRecord {
  checkFence(live, expected);
  if (hold !== undefined) {
    throw refusal('ON_HOLD', `publishing is on hold since the roll back at ${hold.at}: \`unhold\` first`);
  }
  if (record === undefined) throw refusal('NOT_FOUND', `no generation of run ${run}: load it first`);
  if (isPublished(record)) throw refusal('CONFLICT', `run ${run} is ${record.state}: only a sealed one is published`);
  if (run < live.run) throw refusal('OLDER', `run ${run} is older than ${live.run}, which is live: roll back instead`);
  if (record.state !== 'sealed' || record.removing) {
    throw refusal('CONFLICT', `run ${run} is ${record.removing ? 'being removed' : record.state}: seal it first`);
  }
  return record;
}

/** The retired generation that was live last. The empty genesis never comes back: it knows no customer. */
export function rollBackTarget(records: readonly GenerationRecord[]): GenerationRecord {
  const [newest] = records
    .filter(({ state, removing, run }) => state === 'retired' && !removing && run !== GENESIS)
    .sort((a, b) => lastPublication(b).epoch - lastPublication(a).epoch);
  if (newest === undefined)
    throw refusal('NOT_FOUND', 'no retired generation to roll back to: publish a corrected run');
  return newest;
}

interface Removal {
  readonly live: Pointer;
  readonly parts: readonly (PartRecord | undefined)[];
  readonly lives: Lives;
}

/** @throws Failure NOT_FOUND, CONFLICT for the live generation, HELD while a job builds it */
export function checkRemoval(
  run: RunId,
  record: GenerationRecord | undefined,
  { live, parts, lives }: Removal,
): GenerationRecord {
  if (run === live.run) throw refusal('CONFLICT', `run ${run} is live: publish another one or roll back first`);
  if (record === undefined) throw refusal('NOT_FOUND', `no generation of run ${run}: nothing to remove`);
  const holder = holdersOf(record, parts).find((one) => holds(one, lives));
  if (holder !== undefined) throw held(`run ${run}`, holder);
  return record;
}

/** Of every lease in a build, whether it is over or not. */
function holdersOf({ closer }: GenerationRecord, parts: Removal['parts']): readonly Holder[] {
  const ofParts = parts.map((part) => (part?.state === 'begun' ? part.holder : undefined));
  return [closer, ...ofParts].filter((holder) => holder !== undefined);
}
