/** What the scratch disk and the sort say → what a person can do. */
import type { Manifest } from '@segment-store/contract/manifest';
import { Failure } from '@segment-store/resilience/failure';
import { PairsError } from './duckdb.ts';

interface Need {
  readonly manifest: { readonly run: string; readonly totals: Manifest['totals'] };
  readonly scratch: string;
}

/** Of the sort and the parts it makes. With ids of 15 bytes and segments of 6 it is 30. */
const BYTES_PER_MEMBERSHIP = 40;
const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const FORBIDDEN = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'];

/** Rejects with UNAVAILABLE where `work` ran out of disk or memory, DENIED where it must not write; else as it does. */
export async function orScratchFull<T>({ manifest, scratch }: Need, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const [why = ''] = error.message.split('\n');
    if (FORBIDDEN.includes(errnoOf(error)))
      throw new Failure('DENIED', `--scratch ${scratch}: ${why}`, { cause: error });
    if (!(error instanceof PairsError) && ![error, error.cause].some((one) => FULL.includes(errnoOf(one)))) throw error;
    const megabytes = Math.ceil((manifest.totals.memberships * BYTES_PER_MEMBERSHIP) / 1e6);
    const need = `about ${megabytes} MB of disk in ${scratch} (--scratch) and memory for the sort (--scratch-memory)`;
    throw new Failure('UNAVAILABLE', `regrouping run ${manifest.run} takes ${need}: ${why}`, { cause: error });
  }
}

const errnoOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '');
