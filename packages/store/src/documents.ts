import type { CustomerId, RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';

/** Documents of customers in the index or environment of one run. */
export interface Documents {
  /** Of those that have one: in how many segments they are. NOT_FOUND when the run holds nothing. */
  find(run: RunId, customerIds: readonly CustomerId[], call: Call): Promise<ReadonlyMap<CustomerId, number>>;
  /** Settles once nobody reads or counts them any more. */
  remove(run: RunId, customerIds: readonly CustomerId[], call: Call): Promise<void>;
}
