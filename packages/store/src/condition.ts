/** What the database says about the documents of one generation; gates judge it. */
export interface Condition {
  /** Where mapping or settings are not as the build made them, a sentence each; empty: as made. */
  readonly changes: readonly string[];
  /** Yellow: a copy is missing. Red: documents are missing. */
  readonly health: 'green' | 'yellow' | 'red';
  /** Shards and copies: wanted = active + starting + missing. `lost`: shards that have no active copy at all. */
  readonly shards: {
    readonly wanted: number;
    readonly active: number;
    readonly starting: number;
    readonly missing: number;
    readonly lost: number;
  };
  /** Now; undefined while shards are lost. */
  readonly counted?: { readonly members: number; readonly segments: number };
}
