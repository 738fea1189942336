/** Arms compared: rates, what they differ in, and whether each got its share of customers. */
import { type Interval, newcombe, rateOf, wilson } from '../numbers/intervals.ts';
import { chiSquareTail } from '../numbers/tails.ts';
import { type Exposures, HELD_OUT } from './exposures.ts';

export interface Arm {
  readonly name: string;
  readonly exposed: number;
  readonly converted: number;
  /** Converted of exposed; undefined where nobody is. */
  readonly rate: number | undefined;
  /** Wilson's, 95 %. */
  readonly interval: Interval | undefined;
  /** Its rate less that of the control, with Newcombe's interval of 95 %; undefined for the control. */
  readonly difference: ({ readonly rate: number } & Interval) | undefined;
}

export interface Shares {
  /** Of a chi-square test that every variant got its share; undefined with fewer than two. */
  readonly chance: number | undefined;
  readonly passed: boolean;
}

/** By chance, less often than this: the usual bar for a mismatch of samples. */
export const MISMATCH = 0.001;

/** @param order names of the arms, the control first */
export function readArms(
  exposures: Exposures,
  outcomes: ReadonlySet<string>,
  order: readonly string[],
): readonly Arm[] {
  const counts = order.map((name) => {
    const exposed = exposures.arms.get(name) ?? new Set<string>();
    const hits = [...exposed].filter((id) => outcomes.has(id)).length;
    return { name, hits, tries: exposed.size };
  });
  const [control] = counts;
  return counts.map(({ name, ...counted }, index) => {
    const isCounted = counted.tries > 0;
    const isCompared = index > 0 && control !== undefined && control.tries > 0 && isCounted;
    const difference = isCompared
      ? { rate: rateOf(counted) - rateOf(control), ...newcombe(counted, control) }
      : undefined;
    return {
      name,
      exposed: counted.tries,
      converted: counted.hits,
      rate: isCounted ? rateOf(counted) : undefined,
      interval: isCounted ? wilson(counted) : undefined,
      difference,
    };
  });
}

/** Whether variants were exposed as their weights say: who is held out has no weight, and is left out. */
export function sharesOf(arms: readonly Arm[], weights: ReadonlyMap<string, number>): Shares {
  const weighed = arms.filter(({ name }) => name !== HELD_OUT && (weights.get(name) ?? 0) > 0);
  const strangers = arms.some(({ name, exposed }) => name !== HELD_OUT && exposed > 0 && !weights.get(name));
  const all = weighed.reduce((sum, { exposed }) => sum + exposed, 0);
  const weight = weighed.reduce((sum, { name }) => sum + (weights.get(name) ?? 0), 0);
  if (weighed.length < 2 || all === 0) return { chance: undefined, passed: !strangers };
  const distance = weighed.reduce((sum, { name, exposed }) => {
    const expected = (all * (weights.get(name) ?? 0)) / weight;
    return sum + (exposed - expected) ** 2 / expected;
  }, 0);
  const chance = chiSquareTail(distance, weighed.length - 1);
  return { chance, passed: !strangers && chance >= MISMATCH };
}
