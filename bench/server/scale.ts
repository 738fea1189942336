/** How much is measured. */
import { type Extent, extent } from '../extent.ts';

interface Scale {
  /** Requests of a block. */
  readonly requests: number;
  /** Of a block that somebody slower has to answer, too. */
  readonly slowRequests: number;
  readonly rounds: number;
  /** Where a round takes long. */
  readonly slowRounds: number;
  readonly warmUp: number;
  /** Drawn by Zipf out of 100,000 customers; each of them is in the cache. */
  readonly asked: number;
  /** Of a block at a constant rate. */
  readonly seconds: number;
  /** Memory is watched over so many. */
  readonly lookups: number;
}

const least = { rounds: 1, slowRounds: 1, warmUp: 1 };

/** `usual`: together half an hour. */
const scales: Readonly<Record<Extent, Scale>> = {
  quick: { ...least, requests: 3_000, slowRequests: 1_000, asked: 10_000, seconds: 2, lookups: 30_000 },
  usual: {
    requests: 20_000,
    slowRequests: 5_000,
    rounds: 5,
    slowRounds: 3,
    warmUp: 2,
    asked: 100_000,
    seconds: 5,
    lookups: 1_000_000,
  },
  full: {
    requests: 50_000,
    slowRequests: 20_000,
    rounds: 15,
    slowRounds: 15,
    warmUp: 3,
    asked: 250_000,
    seconds: 60,
    lookups: 10_000_000,
  },
};

export const scale: Scale = scales[extent];
export const CUSTOMERS = 100_000;
/** Of each load: so many requests are under way at once. */
export const CONNECTIONS = 32;
