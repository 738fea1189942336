/** A history and what was promised: a verdict on each promise. Pure. */
import type { History } from './history.ts';
import { acknowledgedIsThere } from './promises/acknowledged-is-there.ts';
import { epochRises } from './promises/epoch-rises.ts';
import { erasedStayAway } from './promises/erased-stay-away.ts';
import { generationSurvives } from './promises/generation-survives.ts';
import { oneGeneration } from './promises/one-generation.ts';
import type { Promised } from './promises/promised.ts';
import { staleIsFlagged } from './promises/stale-is-flagged.ts';
import { withdrawnEnds } from './promises/withdrawn-ends.ts';

export const PROMISES: readonly Promised[] = [
  oneGeneration,
  epochRises,
  staleIsFlagged,
  withdrawnEnds,
  erasedStayAway,
  generationSurvives,
  acknowledgedIsThere,
];

export interface Verdict {
  readonly name: string;
  readonly says: string;
  /** Answers or happenings that were looked at: none is no proof. */
  readonly judged: number;
  readonly violations: number;
  /** The first few of them. */
  readonly examples: readonly string[];
}

const EXAMPLES = 10;

export const check = (history: History, promises: readonly Promised[] = PROMISES): readonly Verdict[] =>
  promises.map((promised) => verdictOn(promised, history));

function verdictOn({ name, says, judge }: Promised, history: History): Verdict {
  const judging = judge(history);
  const examples: string[] = [];
  let violations = 0;
  let next = judging.next();
  for (; next.done !== true; next = judging.next()) {
    violations++;
    if (examples.length < EXAMPLES) examples.push(next.value);
  }
  return { name, says, judged: next.value, violations, examples };
}

export const isKept = ({ judged, violations }: Verdict): boolean => judged > 0 && violations === 0;
