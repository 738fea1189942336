/** Whether what is open does worse than its baseline. */
import type { components } from '@segment-store/contract/api.generated';
import { binomialTail } from '../numbers/tails.ts';
import type { Ask } from './prometheus.ts';

type Arm = components['schemas']['Arm'];

/** `unknown`: it could not be found out, which is no reason to go on. */
export interface Judged {
  readonly verdict: 'good' | 'bad' | 'unknown';
  readonly figure: string;
  readonly limit: string;
}

export interface Counts {
  readonly requests: number;
  readonly errors: number;
}

/**
 * Of an arm as good as the other one, so many errors or more come with this probability or less. As small as that because a
 * stage is judged again and again, some thousand times a day.
 */
const CHANCE = 1e-4;
/** Of requests, of the two arms: beyond, it is no baseline of about equal size. */
const UNEQUAL = 2;

/**
 * Given how many errors there were in both, those of the candidate are binomial if both are as good (the conditional test of
 * Przyborowski and Wilenski, Biometrika 31, 1940): exact for the few errors that good services have.
 */
export function judge(candidate: Counts, baseline: Counts, minRequests: number): Judged {
  const limit = `at least ${minRequests} requests each, errors of the candidate by chance in more than ${CHANCE}`;
  const figure = `candidate ${shown(candidate)}, baseline ${shown(baseline)}`;
  if (Math.min(candidate.requests, baseline.requests) < minRequests) return { verdict: 'unknown', figure, limit };
  const [errors, share] = [
    candidate.errors + baseline.errors,
    candidate.requests / (candidate.requests + baseline.requests),
  ];
  const chance = binomialTail(Math.round(candidate.errors), Math.round(errors), share);
  if (chance < CHANCE) return { verdict: 'bad', figure: `${figure}: by chance in ${chance.toExponential(1)}`, limit };
  const ratio = candidate.requests / baseline.requests;
  if (ratio > UNEQUAL || ratio < 1 / UNEQUAL) {
    return { verdict: 'unknown', figure: `${figure}: not of about equal size`, limit };
  }
  return { verdict: 'good', figure, limit };
}

const shown = ({ requests, errors }: Counts): string => `${Math.round(errors)} of ${Math.round(requests)}`;

/** `$window` of the queries is the time since the stage opened. */
export async function countsOf({ requests, errors }: Arm, ask: Ask, windowMs: number): Promise<Counts | undefined> {
  const window = `${Math.max(1, Math.round(windowMs / 1_000))}s`;
  const [all, failed] = await Promise.all([requests, errors].map((query) => ask(query.replaceAll('$window', window))));
  if (all === undefined) return undefined;
  return { requests: all, errors: failed ?? 0 }; // a counter of errors begins to exist with the first one
}
