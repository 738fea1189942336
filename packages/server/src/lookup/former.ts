/** Generations before the pinned one: how long what is kept of them may be answered. */
import type { RunId } from '@segment-store/contract/id';
import type { Freshness } from '@segment-store/resilience/cached';
import type { Live } from '@segment-store/store/store';

/** Another generation was pinned in place of this one. */
export interface Former {
  /** In which it was live, the last time it was. */
  readonly epoch: number;
  /** Monotonic milliseconds. */
  readonly replacedAt: number;
}

export type Formers = ReadonlyMap<RunId, Former>;

/** Ten minutes from the publish; a server hears of one, opens it and warms up within ten seconds. */
const STALE_MS = 590_000;
/** While the store is away, and no longer. */
const STALE_IF_ERROR_MS = 86_400_000;

/**
 * How to treat an answer of a former generation: as fresh until its turn comes, so many milliseconds after the publish;
 * then refreshed behind; after ten minutes only in place of an error; at last not at all.
 */
export function freshnessOf({ replacedAt }: Former, turnMs: number, now: number): Freshness | undefined {
  const sinceMs = now - replacedAt;
  if (sinceMs < turnMs) return 'fresh';
  if (sinceMs < STALE_MS) return 'stale';
  return sinceMs < STALE_IF_ERROR_MS ? 'expired' : undefined;
}

/** Those of them that `live` lets be answered: none from below its floor, nor of a store that counts anew. */
export function inView(formers: Formers, { epoch, floor, generation }: Live): Formers {
  const kept = [...formers].filter(
    ([run, former]) => run !== generation.run && former.epoch >= floor && former.epoch < epoch,
  );
  return new Map(kept);
}
