/** Control records: everything that changes about a generation. Every write is a compare-and-set. */
import type { RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import type { Counts, Generation, Reason, Verdict } from './store.ts';

/** Who builds a run. A lease not renewed before `until` is dead. */
export interface Holder {
  readonly owner: string;
  readonly pid: number;
  readonly host: string;
  readonly until: string;
  /** How long one renewal lasts: whoever waits measures it by a clock of its own. */
  readonly leaseMs: number;
}

export interface Publication {
  readonly epoch: number;
  readonly at: string;
}

/** What became of the source lines of a part or a run. */
export interface Outcomes extends Pick<Counts, 'memberships'> {
  readonly created: number;
  readonly replayed: number;
  readonly skipped: number;
  readonly rejected: { readonly [reason in Reason]?: number };
}

export interface GenerationRecord extends Counts {
  readonly run: RunId;
  readonly state: Generation['state'];
  readonly manifestHash: string;
  readonly computedAt: string;
  readonly expectedEvery?: string;
  readonly parts: number;
  readonly segments: number;
  readonly catalogued: boolean;
  readonly outcomes?: Outcomes;
  readonly verdicts?: readonly Verdict[];
  readonly holder?: Holder;
  readonly publications: readonly Publication[];
  /** Written before a publication is tried, so that one cut off half way can be told afterwards. */
  readonly publishing?: Publication & { readonly by?: string };
  readonly retiredAt?: string;
  readonly removing?: boolean;
}

export interface PartRecord {
  readonly state: 'begun' | 'finished';
  /** The job that began it last: no other may finish it. */
  readonly owner: string;
  readonly outcomes?: Outcomes;
}

/** Publishing is forbidden since the roll back that led to this epoch. */
export type HoldRecord = Publication;

export interface Key<T> {
  readonly id: string;
  readonly of?: T;
}

export const generationKey = (run: RunId): Key<GenerationRecord> => ({ id: `gen:${run}` });
export const partKey = (run: RunId, index: number): Key<PartRecord> => ({ id: `part:${run}:${index}` });
export const HOLD: Key<HoldRecord> = { id: 'hold' };

export interface Versioned<T> {
  readonly value: T;
  readonly version: string;
}

export interface Records {
  get<T>(key: Key<T>, call: Call): Promise<Versioned<T> | undefined>;
  /** In the order of `keys`. */
  getMany<T>(keys: readonly Key<T>[], call: Call): Promise<readonly (T | undefined)[]>;
  /** False when the record is not at that version any more. No version: it must not exist. */
  put<T>(key: Key<T>, next: { readonly value: T; readonly version: string | undefined }, call: Call): Promise<boolean>;
  remove(keys: readonly Key<unknown>[], call: Call): Promise<void>;
  /** False, and nothing removed, when the record is not at that version any more. */
  removeAt(key: Key<unknown>, version: string, call: Call): Promise<boolean>;
}

/** Reads, changes and writes back until nobody else wrote in between. `change` may refuse by throwing. */
export async function amend<T>(
  records: Records,
  { key, change }: { readonly key: Key<T>; change(value: T | undefined): T },
  call: Call,
): Promise<T> {
  for (;;) {
    const found = await records.get(key, call);
    const value = change(found?.value);
    if (await records.put(key, { value, version: found?.version }, call)) return value;
  }
}
