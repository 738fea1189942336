import type { RunId } from '@segment-store/contract/id';

/** What a seal is waiting for, told every 5 s while it lasts. */
export interface Settling {
  readonly run: RunId;
  readonly step: 'merge' | 'copy';
  readonly elapsedMs: number;
  /** Of a copy. */
  readonly totalBytes?: number;
  readonly doneBytes?: number;
  /** At the pace so far. */
  readonly remainingMs?: number;
}
