/** Who may be published, and who comes back when the live generation is withdrawn. */
import type { RunId } from '@segment-store/contract/id';
import { isPublished, lastPublication } from './generation.ts';
import type { GenerationRecord, HoldRecord } from './records.ts';
import { refusal } from './refusal.ts';
import { GENESIS, type Verdict } from './store.ts';

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

interface Publishing {
  readonly live: Pointer;
  readonly expected: number;
  readonly hold: HoldRecord | undefined;
  /** Who lets a run go live that is older than the live one. */
  readonly allowOlder: string | undefined;
}

/** What is recorded of it; nothing where no older run takes the place of a newer one. */
export function olderVerdict(
  run: RunId,
  { live, allowOlder }: Pick<Publishing, 'live' | 'allowOlder'>,
): readonly Verdict[] {
  if (run >= live.run || allowOlder === undefined) return [];
  return [{ gate: 'older', figure: run, limit: `after ${live.run}`, passed: false, overriddenBy: allowOlder }];
}

/** @throws Failure FENCED, ON_HOLD, NOT_FOUND, OLDER, CONFLICT, in this order */
export function checkPublish(
  run: RunId,
  record: GenerationRecord | undefined,
  { live, expected, hold, allowOlder }: Publishing,
): GenerationRecord {
  checkFence(live, expected);
  if (hold !== undefined) {
    throw refusal('ON_HOLD', `publishing is on hold since the rollback at ${hold.at}, until \`unhold\``);
  }
  if (record === undefined) throw refusal('NOT_FOUND', `no generation of run ${run}: load it first`);
  if (isPublished(record)) throw refusal('CONFLICT', `run ${run} is ${record.state}: only a sealed one is published`);
  if (run < live.run && allowOlder === undefined) {
    throw refusal(
      'OLDER',
      `run ${run} is older than ${live.run}, which is live: roll back instead, or allow older ones`,
    );
  }
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

/** How long a publisher that has said so may take to move what is live. */
const PUBLISHING_MS = 60_000;

/** Its publisher may be about to move what is live. */
export function isBeingPublished({ publishing }: GenerationRecord, live: Pointer): boolean {
  const { epoch = 0, at = '' } = publishing ?? {};
  return epoch > live.epoch && Date.parse(at) + PUBLISHING_MS > Date.now();
}

/** @throws Failure NOT_FOUND, CONFLICT for the live generation, or one that is just being published */
export function checkRemoval(run: RunId, record: GenerationRecord | undefined, live: Pointer): GenerationRecord {
  if (run === live.run) throw refusal('CONFLICT', `run ${run} is live: publish another one or roll back first`);
  if (record === undefined) throw refusal('NOT_FOUND', `no generation of run ${run}: nothing to remove`);
  if (!isBeingPublished(record, live)) return record;
  throw refusal('CONFLICT', `run ${run} is being published: look again in a minute`);
}

/** @throws Failure as `checkRemoval`, and CONFLICT for what was published before */
export function checkAbort(run: RunId, record: GenerationRecord | undefined, live: Pointer): GenerationRecord {
  const build = checkRemoval(run, record, live);
  if (!isPublished(build)) return build;
  throw refusal('CONFLICT', `run ${run} is ${build.state}, its build is over: remove it instead`);
}
