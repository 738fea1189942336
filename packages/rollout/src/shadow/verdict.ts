/** Whether the candidate may answer in place of the controls. */
import type { Tally } from './tally.ts';

export interface Limits {
  /** Of comparisons: what the candidate may differ in beyond the noise of the controls. */
  readonly excess: number;
  readonly comparisons: number;
  readonly observedMs: number;
}

export interface Verdict {
  readonly verdict: 'passed' | 'refused' | 'inconclusive';
  readonly excess: number;
  readonly why: string;
}

/** Of a standard normal, one side: 99.9 %. */
const Z = 3.09;
/** Fewer say nothing, however few comparisons there were. */
const LEAST = 10;

/**
 * As noise hits control B as often as the candidate, what the candidate alone differs in minus what control B alone differs in
 * is the candidate's own (McNemar's comparison of paired answers); the same for answers that do not come. A candidate that is
 * worse beyond doubt is refused before there is enough for one that is good.
 */
export function verdictOf(tally: Tally, limits: Limits): Verdict {
  const { comparisons, candidate, noise, candidateSilent, controlSilent } = tally;
  const wrong = own(candidate, noise, comparisons);
  const silent = own(candidateSilent, controlSilent, comparisons);
  const excess = Math.max(wrong.share, silent.share);
  const what = `${percent(wrong.share)} answered otherwise, ${percent(silent.share)} not answered`;
  const why = `${what}, beyond the noise of the controls; at most ${percent(limits.excess)}`;
  if (Math.max(wrong.least, silent.least) > limits.excess) return { verdict: 'refused', excess, why };
  const missing = missingIn(tally, limits);
  if (missing.length > 0)
    return { verdict: 'inconclusive', excess, why: `${why}; not enough yet: ${missing.join(', ')}` };
  return { verdict: excess <= limits.excess ? 'passed' : 'refused', excess, why };
}

/** The candidate's own share of comparisons, and the least that it is beyond doubt. */
function own(
  candidate: number,
  control: number,
  comparisons: number,
): { readonly share: number; readonly least: number } {
  const difference = candidate - control;
  const all = Math.max(1, comparisons);
  const least = difference >= LEAST ? (difference - Z * Math.sqrt(candidate + control)) / all : 0;
  return { share: difference / all, least };
}

function missingIn({ comparisons, observedMs }: Tally, limits: Limits): readonly string[] {
  return [
    comparisons < limits.comparisons ? `${comparisons} of ${limits.comparisons} comparisons` : '',
    observedMs < limits.observedMs ? `${hours(observedMs)} of ${hours(limits.observedMs)} h` : '',
  ].filter(Boolean);
}

const percent = (share: number): string => `${(share * 100).toFixed(4)} %`;
const hours = (ms: number): string => (ms / 3_600_000).toFixed(2);
