/** How much is measured. */
import { type Extent, extent } from '../extent.ts';
import type { Kind } from './documents.ts';

export interface Scale {
  /** Of candidate, baseline, baseline, candidate. */
  readonly rounds: number;
  /** Spent at loads before the first figure. */
  readonly warmSeconds: number;
  /** Of lines in one load, in megabytes: so many that a load fills for about eight seconds or longer. */
  readonly megabytes: Readonly<Record<Kind, number>>;
  /** Of loads that only find the best setting of somebody. */
  readonly sweepMegabytes: Readonly<Record<Kind, number>>;
  /** What settings are swept over. */
  readonly bulkMb: readonly number[];
  readonly inFlight: readonly number[];
  /** Megabytes of the largest load into an endpoint that swallows it, and of the load it is compared with. */
  readonly largest: number;
  readonly least: number;
  readonly manyParts: number;
  /** Of a by-segment run, 20 memberships each. */
  readonly customers: number;
}

const usual: Scale = {
  rounds: 2,
  warmSeconds: 60,
  megabytes: { small: 120, large: 600 },
  sweepMegabytes: { small: 30, large: 150 },
  bulkMb: [1, 2, 5],
  inFlight: [2, 4],
  largest: 2_000,
  least: 100,
  manyParts: 2_000,
  customers: 1_000_000,
};

const scales: Readonly<Record<Extent, Scale>> = {
  quick: {
    ...usual,
    rounds: 1,
    warmSeconds: 10,
    megabytes: { small: 15, large: 30 },
    sweepMegabytes: { small: 5, large: 10 },
    bulkMb: [1, 5],
    inFlight: [2],
    largest: 300,
    least: 15,
    manyParts: 200,
    customers: 50_000,
  },
  usual,
  full: { ...usual, rounds: 5, bulkMb: [1, 2, 5, 10], inFlight: [1, 2, 4, 8], largest: 10_000, manyParts: 10_000 },
};

export const scale: Scale = scales[extent];
