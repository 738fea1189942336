/** One question, asked of the candidate and of two controls: what the controls disagree on is noise. */
import { type Answer, isSilent } from './answer.ts';

export interface Answers {
  readonly candidate: Answer;
  readonly controlA: Answer;
  readonly controlB: Answer;
}

/**
 * `generation`: they answered from different ones, so nothing can be said. `candidate`: both controls agree and the candidate
 * does not. `noise`: the controls disagree, the candidate agrees with the first. `both`: neither agrees with the first.
 * `candidateSilent`, `controlSilent`: the candidate alone, control B alone gave no answer. `silent`: others gave none.
 */
export type Comparison = 'equal' | Finding;
export type Finding = 'generation' | 'candidate' | 'noise' | 'both' | 'candidateSilent' | 'controlSilent' | 'silent';

/** What is silent is judged apart: a comparator that is too slow itself must not look like noise that excuses wrong answers. */
export function compare(answers: Answers): Comparison {
  const { candidate, controlA, controlB } = answers;
  if (Object.values(answers).some(isSilent)) return whoIsSilent(answers);
  const generations = [candidate, controlA, controlB].map(({ generation }) => generation).filter(Boolean);
  if (new Set(generations).size > 1) return 'generation';
  const [differs, isNoisy] = [candidate.facts !== controlA.facts, controlA.facts !== controlB.facts];
  if (differs) return isNoisy ? 'both' : 'candidate';
  return isNoisy ? 'noise' : 'equal';
}

function whoIsSilent({ candidate, controlA, controlB }: Answers): Finding {
  if (isSilent(controlA) || (isSilent(candidate) && isSilent(controlB))) return 'silent';
  return isSilent(candidate) ? 'candidateSilent' : 'controlSilent';
}
