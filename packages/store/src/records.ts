/** Control records: everything that changes about a generation. Every write is a compare-and-set. */
import type { CustomerId, RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import type { Holder } from './holder.ts';
import type { PartRecord } from './part-record.ts';
import type { Counts, Generation, Outcomes, Verdict } from './store.ts';

export interface Publication {
  readonly epoch: number;
  readonly at: string;
}

/** Who goes when the build is sealed; `memberships`: of its document, which was there and may be deleted already. */
export interface DeferredErasure {
  readonly customer: CustomerId;
  readonly memberships?: number;
}

/** By the hash of its customer. */
export interface ErasedAtSeal extends Pick<Counts, 'memberships'> {
  readonly hash: string;
}

export interface GenerationRecord extends Counts {
  readonly run: RunId;
  readonly state: Generation['state'];
  readonly manifestHash: string;
  readonly computedAt: string;
  readonly expectedEvery?: string;
  readonly parts: number;
  readonly createdAt?: string;
  readonly segments: number;
  readonly catalogued: boolean;
  readonly outcomes?: Outcomes;
  readonly verdicts?: readonly Verdict[];
  /** Seals it and publishes it. */
  readonly closer?: Holder;
  readonly publications: readonly Publication[];
  /** Written before a publication is tried, so that one cut off half way can be told afterwards. */
  readonly publishing?: Publication & { readonly by?: string };
  readonly retiredAt?: string;
  readonly removing?: boolean;
  /** Of a build under way only: it names customers, the sealed record does not. */
  readonly erasing?: readonly DeferredErasure[];
  /** Documents that its seals deleted: created + replayed − erasedAtSeal are `members`. */
  readonly erasedAtSeal?: readonly ErasedAtSeal[];
  /** Hashes of those whose documents were deleted since it was sealed, or are about to be. */
  readonly erased?: readonly string[];
}

/** Publishing is forbidden since the roll back that led to this epoch. */
export type HoldRecord = Publication;

export interface Key<T> {
  readonly id: string;
  readonly of?: T;
}

export const generationKey = (run: RunId): Key<GenerationRecord> => ({ id: `gen:${run}` });
export const partKey = (run: RunId, index: number): Key<PartRecord> => ({ id: `part:${run}:${index}` });
export const partKeys = (run: RunId, parts: number): readonly Key<PartRecord>[] =>
  Array.from({ length: parts }, (_, index) => partKey(run, index));
export const HOLD: Key<HoldRecord> = { id: 'hold' };

export interface Versioned<T> {
  readonly value: T;
  readonly version: string;
}

interface Next<T> {
  readonly value: T;
  readonly version: string | undefined;
}

export interface Records {
  get<T>(key: Key<T>, call: Call): Promise<Versioned<T> | undefined>;
  /** In the order of `keys`. */
  getMany<T>(keys: readonly Key<T>[], call: Call): Promise<readonly (Versioned<T> | undefined)[]>;
  /**
   * Settles with the new version; undefined, and nothing written, when the record is not at `version` any more.
   * No version: it must not exist.
   */
  put<T>(key: Key<T>, next: Next<T>, call: Call): Promise<string | undefined>;
  remove(keys: readonly Key<unknown>[], call: Call): Promise<void>;
  /** False, and nothing removed, when the record is not at that version any more. */
  removeAt(key: Key<unknown>, version: string, call: Call): Promise<boolean>;
}

export interface Amendment<T> {
  readonly key: Key<T>;
  /** May refuse by throwing. */
  change(value: T | undefined): T;
}

/** Reads, changes and writes back until nobody else wrote in between. */
export async function amend<T>(records: Records, amendment: Amendment<T>, call: Call): Promise<T> {
  const from = await records.get(amendment.key, call);
  return (await amendFrom(records, { ...amendment, from }, call)).value;
}

/** The same, begun with what is known already: one request when nobody else wrote since. */
export async function amendFrom<T>(
  records: Records,
  { key, change, from }: Amendment<T> & { readonly from: Versioned<T> | undefined },
  call: Call,
): Promise<Versioned<T>> {
  for (let known = from; ; known = await records.get(key, call)) {
    const value = change(known?.value);
    const version = await records.put(key, { value, version: known?.version }, call);
    if (version !== undefined) return { value, version };
  }
}
