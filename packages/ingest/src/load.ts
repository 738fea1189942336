/** load = fill, then complete. */
import type { Segment } from '@segment-store/contract/lines';
import type { Manifest, Part } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import type { Generation, Lines, Live, StorePublisher, StoreWriter, Tally, Verdict } from '@segment-store/store/store';

/** One part's outcomes: error budgets, dead letters. */
export interface Account {
  add(...tallies: readonly Tally[]): void;
  close(): Tally;
}

export interface LoadDeps {
  readonly writer: StoreWriter;
  readonly publisher: StorePublisher;
  segments(manifest: Manifest, call: Call): AsyncIterable<Segment>;
  lines(part: Part, call: Call): AsyncIterable<Lines>;
  account(part: Part): Account;
  /** REFUSED: gate, figure, threshold. */
  gates(sealed: Generation, live: Generation): Promise<readonly Verdict[]>;
}

export declare function fill(manifest: Manifest, deps: LoadDeps, call: Call): Promise<void>;
export declare function complete(manifest: Manifest, deps: LoadDeps, call: Call): Promise<Live>;
