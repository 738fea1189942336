/** Two answers about one customer: as sets, and only where both are of one generation. */
import type { Answer } from '../lookup.ts';

export type Verdict = 'match' | 'mismatch' | 'unequalGeneration';

export interface Difference {
  /** Served, but not by the candidate. */
  readonly missing: readonly string[];
  /** Of the candidate alone. */
  readonly extra: readonly string[];
}

export function verdictOn(served: Answer, candidate: Answer): Verdict {
  if (served.generation !== candidate.generation) return 'unequalGeneration';
  const { missing, extra } = differenceOf(served, candidate);
  const isSame = missing.length + extra.length === 0 && served.known === candidate.known;
  return isSame ? 'match' : 'mismatch';
}

export function differenceOf(served: Answer, candidate: Answer): Difference {
  return { missing: without(served, candidate), extra: without(candidate, served) };
}

function without({ segmentIds }: Answer, other: Answer): readonly string[] {
  const others = new Set<string>(other.segmentIds);
  return segmentIds.filter((id) => !others.has(id));
}
