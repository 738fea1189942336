/** Flags → a run that is by customer, whichever way its producer wrote it. */
import { availableParallelism } from 'node:os';
import type { Call } from '@segment-store/resilience/operation';
import { type RegroupOptions, type RegroupProgress, regroup } from '../regroup/regroup.ts';
import type { Run } from './run.ts';

export interface ByCustomerOptions {
  readonly scratch: string;
  readonly scratchMemory: number;
  readonly excuse: NonNullable<RegroupOptions['excuse']>;
  onProgress(progress: RegroupProgress): void;
}

export interface LoadableRun extends Run {
  /** What was made of it in scratch: once it is published. */
  remove(): Promise<void>;
}

/** Rejects as `regroup`, for a by-segment run; any other is taken as it is. */
export async function byCustomer(run: Run, options: ByCustomerOptions, call: Call): Promise<LoadableRun> {
  if (run.manifest.layout === 'by-customer') return { ...run, async remove() {} };
  const { scratch, scratchMemory: memoryBytes, excuse, onProgress } = options;
  const threads = Math.min(2, availableParallelism()); // DuckDB wants memory for each
  return regroup(run, { scratch, memoryBytes, threads, excuse, onProgress }, call);
}
