/** What became of one part of a run: the only place that changes its record. */
import type { Holder } from './holder.ts';
import { nothing } from './outcomes.ts';
import { refusal } from './refusal.ts';
import type { Outcomes, PartFailure } from './store.ts';

/** Lines before `offset` are settled, as `outcomes` says. */
export interface Settlement {
  /** Decompressed bytes from the start of the part. */
  readonly offset: number;
  readonly outcomes: Outcomes;
}

interface Facts {
  /** The part's key in its run folder. */
  readonly key: string;
  /** When it was changed last. */
  readonly at: string;
}

export type BegunPart = Facts & {
  readonly state: 'begun';
  /** Nobody: its job let go of it. */
  readonly holder?: Holder;
  readonly acknowledged: Settlement;
  /** How far an attempt came that failed: its documents are in the store. */
  readonly before?: Settlement;
};

export type FailedPart = Facts & {
  readonly state: 'failed';
  readonly owner: string;
  readonly reached: Settlement;
  readonly failure: PartFailure;
};

export type FinishedPart = Facts & { readonly state: 'finished'; readonly owner: string; readonly outcomes: Outcomes };

/** No record: nobody has begun it. */
export type PartRecord = BegunPart | FinishedPart | FailedPart;

const START: Settlement = { offset: 0, outcomes: nothing };
const now = () => new Date().toISOString();

/**
 * A part that failed is read from its start again: bytes that were wrong once may have been wrong before the last
 * acknowledgement.
 */
export function begun(before: PartRecord | undefined, key: string, holder: Holder): BegunPart {
  const facts = { state: 'begun', key, at: now(), holder } as const;
  switch (before?.state) {
    case undefined:
      return { ...facts, acknowledged: START };
    case 'begun':
      return { ...before, ...facts };
    case 'failed':
      return { ...facts, acknowledged: START, before: before.reached };
    case 'finished':
      throw refusal('CONFLICT', `part ${key} is finished`);
  }
}

export function letGo(part: PartRecord): PartRecord {
  if (part.state !== 'begun') return part;
  const { holder: _, ...rest } = part;
  return { ...rest, at: now() };
}

export function acknowledged(part: PartRecord, settled: Settlement): BegunPart {
  return { ...begunOnly(part), acknowledged: settled };
}

export function finished(part: PartRecord, owner: string, outcomes: Outcomes): FinishedPart {
  return { state: 'finished', key: begunOnly(part).key, at: now(), owner, outcomes };
}

/** Whatever an attempt reads again is stored already: the one that came furthest says what is in the store. */
export function failed(part: PartRecord, owner: string, { reached, failure }: Failing): FailedPart {
  const { key, before } = begunOnly(part);
  const furthest = before !== undefined && before.offset > reached.offset ? before : reached;
  return { state: 'failed', key, at: now(), owner, reached: furthest, failure };
}

function begunOnly(part: PartRecord): BegunPart {
  if (part.state === 'begun') return part;
  throw refusal('CONFLICT', `part ${part.key} is ${part.state}`);
}

interface Failing {
  readonly reached: Settlement;
  readonly failure: PartFailure;
}

/** Settled so far. */
export function outcomesOf(part: PartRecord | undefined): Outcomes {
  switch (part?.state) {
    case undefined:
      return nothing;
    case 'begun':
      return part.acknowledged.outcomes;
    case 'finished':
      return part.outcomes;
    case 'failed':
      return part.reached.outcomes;
  }
}
