/** What happens when. */
import { extent } from '../../extent.ts';
import { abuse, ordinary, type Rates, spike } from './callers.ts';

export type Happening =
  | 'opening'
  | 'publish'
  | 'rollback'
  | 'redis-frozen'
  | 'redis-back'
  | 'store-dead'
  | 'store-back'
  | 'spike'
  | 'abusive-key'
  | 'rolling-restart'
  | 'closing';

export interface Phase {
  readonly name: Happening;
  /** At least; what happens in it ends in it. */
  readonly seconds: number;
  readonly rates: Rates;
}

interface Entry {
  readonly name: Happening;
  readonly usual: number;
  readonly quick: number;
  readonly rates?: Rates;
}

/** Five minutes, or one. Nobody has been seen at the opening; the store takes half a minute to be heard of again. */
const entries: readonly Entry[] = [
  { name: 'opening', usual: 30, quick: 6 },
  { name: 'publish', usual: 40, quick: 8 },
  { name: 'rollback', usual: 30, quick: 12 },
  { name: 'redis-frozen', usual: 10, quick: 4 },
  { name: 'redis-back', usual: 15, quick: 3 },
  { name: 'store-dead', usual: 60, quick: 8 },
  { name: 'store-back', usual: 45, quick: 12 },
  { name: 'spike', usual: 15, quick: 4, rates: spike },
  { name: 'abusive-key', usual: 20, quick: 4, rates: abuse },
  { name: 'rolling-restart', usual: 25, quick: 6 },
  { name: 'closing', usual: 10, quick: 3 },
];

const isQuick = extent === 'quick';

export const phases: readonly Phase[] = entries.map(({ name, rates = ordinary, ...seconds }) => ({
  name,
  rates,
  seconds: isQuick ? seconds.quick : seconds.usual,
}));
