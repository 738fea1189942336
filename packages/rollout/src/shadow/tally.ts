/** What was found so far; it can be written down and gone on with. */
import type { Comparison, Finding } from './compare.ts';

export interface Tally extends Readonly<Record<Finding, number>> {
  /** Questions that were answered from one generation; or that all answered but one. */
  readonly comparisons: number;
  /** Not compared: no question that can be, or not in the sample. */
  readonly skipped: number;
  /** Not compared: too many at once. */
  readonly dropped: number;
  /** Over which the questions came, in milliseconds. */
  readonly observedMs: number;
}

export const emptyTally: Tally = {
  comparisons: 0,
  candidate: 0,
  noise: 0,
  both: 0,
  candidateSilent: 0,
  controlSilent: 0,
  silent: 0,
  generation: 0,
  skipped: 0,
  dropped: 0,
  observedMs: 0,
};

export function counted(tally: Tally, found: Comparison): Tally {
  const isCompared = found !== 'generation' && found !== 'silent';
  const comparisons = tally.comparisons + (isCompared ? 1 : 0);
  return found === 'equal' ? { ...tally, comparisons } : { ...tally, comparisons, [found]: tally[found] + 1 };
}

/** @throws Error for what is no tally */
export function parseTally(text: string): Tally {
  const given = Object(JSON.parse(text));
  const entries = Object.keys(emptyTally).map((key): [string, number] => {
    const value: unknown = given[key];
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return [key, value];
    throw new TypeError(`${key} is no count`);
  });
  return { ...emptyTally, ...Object.fromEntries(entries) };
}
