import type { Segment } from '@segment-store/contract/lines';
import type { Call, Operation } from '@segment-store/resilience/operation';
import type { Lines, Tally } from './store.ts';

/** The documents of one generation while it is built. Other jobs may write to it at the same time. */
export interface Contents extends AsyncDisposable {
  /** Makes what is written to, unless it is there. Before anything is written; again is nothing to do. */
  prepare(call: Call): Promise<void>;
  /** What another job wrote of it meanwhile is the same. Settles with the number of segments. */
  catalogue(segments: AsyncIterable<Segment>, call: Call): Promise<number>;
  readonly write: Operation<Lines & { readonly attempted: boolean }, Tally>;
  /** Settles once everything written is on disk. */
  flush(call: Call): Promise<void>;
  count(call: Call): Promise<{ readonly members: number; readonly segments: number }>;
  /** What `close` ended may be written again, if it was called: like `prepare`, but looks each time. */
  reopen(call: Call): Promise<void>;
  /** Nothing can be written any more. */
  close(call: Call): Promise<void>;
}
