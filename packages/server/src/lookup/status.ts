/** What this server answers from, and what people and monitors are told of it. */
import type { RunId } from '@segment-store/contract/id';
import { durationMs } from '@segment-store/contract/manifest';
import type { Pin } from './pin.ts';

/** `starting`: there is nothing to answer from, not yet or not any more. */
export type State =
  | { readonly state: 'starting'; readonly why: string }
  | { readonly state: 'serving'; readonly pin: Pin }
  | { readonly state: 'switching'; readonly pin: Pin; readonly next: RunId }
  | { readonly state: 'draining'; readonly pin: Pin | undefined };

export interface Status {
  readonly state: State['state'];
  /** Why nothing is answered, or what is not as it should be. */
  readonly detail?: string;
  readonly pinned?: PinnedStatus;
}

interface PinnedStatus {
  readonly run: RunId;
  readonly epoch: number;
  readonly floor: number;
  readonly computedAt: Date;
  /** Since it was computed. */
  readonly ageMs: number;
  /** Older than the `expected_every` of its run allows; false where its run says nothing. */
  readonly isLate: boolean;
  /** From the state directory: the store was not reached since the start. */
  readonly isKept: boolean;
}

export function statusOf(state: State, now: Date): Status {
  if (state.state === 'starting') return { state: state.state, detail: state.why };
  if (state.pin === undefined) return { state: state.state };
  const pinned = pinnedStatus(state.pin, now);
  const detail = detailOf(state, state.pin, pinned);
  return { state: state.state, ...(detail !== '' && { detail }), pinned };
}

function pinnedStatus({ reader: { generation }, epoch, floor, isKept }: Pin, now: Date): PinnedStatus {
  const { run, computedAt, expectedEvery } = generation;
  const ageMs = Math.max(0, now.getTime() - computedAt.getTime());
  const isLate = expectedEvery !== undefined && ageMs > durationMs(expectedEvery);
  return { run, epoch, floor, computedAt, ageMs, isLate, isKept: isKept === true };
}

function detailOf(state: State, { reader, withdrawnAt }: Pin, { isKept, isLate }: PinnedStatus): string {
  const { computedAt, expectedEvery } = reader.generation;
  return [
    ...(state.state === 'switching' ? [`opening ${state.next}`] : []),
    ...(withdrawnAt === undefined ? [] : ['withdrawn']),
    ...(isKept ? ['from the state directory: the store was not reached yet'] : []),
    ...(isLate ? [`late: computed at ${computedAt.toISOString()}, expected every ${expectedEvery}`] : []),
  ].join('; ');
}
