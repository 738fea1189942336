/** Who is asked for, and when: the same for every contender. */
import { zipf } from '../../zipf.ts';

/** Asked for once each, before the fault. */
export const CUSTOMERS = 1_000;
/** One call in so many is about somebody nobody has asked for. */
const COLD_EVERY = 4;

export interface Window {
  readonly perSecond: number;
  readonly seconds: number;
  /** Nobody has been asked for before. Default: one call in four. */
  readonly allCold?: boolean;
}

export const callsOf = ({ perSecond, seconds }: Window): number => perSecond * seconds;

export const isCold = (call: number, { allCold = false }: Window): boolean => allCold || call % COLD_EVERY === 0;

export function customersOf(window: Window): (call: number) => string {
  const drawn = zipf(CUSTOMERS, callsOf(window));
  return (call) => (isCold(call, window) ? `never-seen-${call}` : `customer-${drawn[call]}`);
}
