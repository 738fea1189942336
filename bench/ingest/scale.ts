/** How much is measured: `--quick` shows that it works, the full run gives figures. */
export interface Scale {
  readonly rounds: number;
  /** Spent at loads before the first figure. */
  readonly warmSeconds: number;
  /** Of lines in one load, in megabytes; of rivals, less. */
  readonly mb: number;
  readonly rivalMb: number;
  /** What the raw ceiling is swept over. */
  readonly bulkMb: readonly number[];
  readonly inFlight: readonly number[];
  readonly largest: number;
  readonly manyParts: number;
}

export const scale: Scale = process.argv.includes('--quick')
  ? { rounds: 1, warmSeconds: 10, mb: 15, rivalMb: 6, bulkMb: [1, 5], inFlight: [2], largest: 60, manyParts: 200 }
  : {
      rounds: 5,
      warmSeconds: 60,
      mb: 120,
      rivalMb: 60,
      bulkMb: [1, 2, 5, 10],
      inFlight: [1, 2, 3, 4],
      largest: 10_000,
      manyParts: 10_000,
    };
