/** Lets go of what retention does not keep. */
import type { RunId } from '@segment-store/contract/id';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { isPublished, lastPublication } from './generation.ts';
import type { GenerationRecord } from './records.ts';
import type { StoreCode } from './refusal.ts';
import { type Aged, expired, resolveRetention } from './retention.ts';
import type { Pruned, Retention } from './store.ts';

export interface PruneTerms {
  /** Every record there is, as what is live says. */
  records(call: Call): Promise<readonly GenerationRecord[]>;
  /** When the last lease of a build ended, or will. */
  lastSeenAt(run: RunId, call: Call): Promise<Date>;
  /** Looks again whether it may go. */
  remove(run: RunId, call: Call): Promise<void>;
}

/** @throws RangeError for a retention that is none; Failure as soon as the store fails, what went is gone then. */
export async function prune(terms: PruneTerms, retention: Retention, call: Call): Promise<readonly Pruned[]> {
  const resolved = resolveRetention(retention);
  const aged: Aged[] = [];
  for (const record of await terms.records(call)) {
    const one = await toAged(record, terms, call).catch(ofNobody);
    if (one !== undefined) aged.push(one);
  }
  const gone: Pruned[] = [];
  for (const one of expired(aged, resolved, new Date())) {
    if (await isRemoved(one.run, terms, call)) gone.push(one);
  }
  return gone;
}

async function toAged(record: GenerationRecord, terms: PruneTerms, call: Call): Promise<Aged> {
  const { run, state, retiredAt, removing = false } = record;
  const idleSince = isPublished(record)
    ? new Date(retiredAt ?? lastPublication(record).at)
    : await terms.lastSeenAt(run, call);
  return { run, state, epoch: isPublished(record) ? lastPublication(record).epoch : 0, idleSince, removing };
}

/** Another prune took it away meanwhile. */
function ofNobody(error: unknown): undefined {
  if (!isFailure(error) || error.code !== 'NOT_FOUND') throw error;
}

/** Whoever took it up or away since we looked. */
const OTHERS: ReadonlySet<string> = new Set<StoreCode>(['HELD', 'CONFLICT', 'NOT_FOUND']);

async function isRemoved(run: RunId, terms: PruneTerms, call: Call): Promise<boolean> {
  try {
    await terms.remove(run, call);
    return true;
  } catch (error) {
    if (isFailure(error) && OTHERS.has(error.code)) return false;
    throw error;
  }
}
