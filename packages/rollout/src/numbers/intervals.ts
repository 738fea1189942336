/** Intervals of 95 % for rates and their differences. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Counted {
  readonly hits: number;
  /** At least 1. */
  readonly tries: number;
}

const Z = 1.959963984540054;

export const rateOf = ({ hits, tries }: Counted): number => hits / tries;

/** Wilson's score interval of a rate (JASA 22, 1927), the one Newcombe recommends (Stat. Med. 17, 1998, 857–872). */
export function wilson({ hits, tries }: Counted): Interval {
  const middle = 2 * hits + Z * Z;
  const spread = Z * Math.sqrt(Z * Z + 4 * hits * (1 - hits / tries));
  const divisor = 2 * (tries + Z * Z);
  return { low: Math.max(0, (middle - spread) / divisor), high: Math.min(1, (middle + spread) / divisor) };
}

/** Of rate(a) − rate(b): Newcombe's hybrid score interval, his method 10 (Stat. Med. 17, 1998, 873–890). */
export function newcombe(a: Counted, b: Counted): Interval {
  const difference = rateOf(a) - rateOf(b);
  const [ofA, ofB] = [wilson(a), wilson(b)];
  return {
    low: difference - Math.hypot(rateOf(a) - ofA.low, ofB.high - rateOf(b)),
    high: difference + Math.hypot(ofA.high - rateOf(a), rateOf(b) - ofB.low),
  };
}
