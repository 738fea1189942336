/** How much is measured. */
import { type Extent, extent } from '../../extent.ts';
import type { FaultName } from './faults.ts';

interface Scale {
  readonly perSecond: number;
  /** Of a window; the breakers people write are open for ten seconds. */
  readonly seconds: number;
  readonly restartSeconds: number;
  /** Of faults with a row of their own; others are measured once. */
  readonly rounds: number;
  /** Of ours alone, all about somebody never seen. */
  readonly cold: { readonly perSecond: number; readonly seconds: number };
}

const scales: Readonly<Record<Extent, Scale>> = {
  quick: { perSecond: 100, seconds: 2, restartSeconds: 3, rounds: 1, cold: { perSecond: 500, seconds: 2 } },
  usual: { perSecond: 250, seconds: 5, restartSeconds: 14, rounds: 2, cold: { perSecond: 1_000, seconds: 5 } },
  full: { perSecond: 250, seconds: 30, restartSeconds: 60, rounds: 4, cold: { perSecond: 1_000, seconds: 30 } },
};

export const scale: Scale = scales[extent];

export const secondsOf = (fault: FaultName): number => (fault === 'restart' ? scale.restartSeconds : scale.seconds);
