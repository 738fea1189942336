/** Who sends a request. */
import type { ProblemError } from '../errors.ts';
import type { Pass } from './account.ts';
import type { Scope } from './admission.ts';

export interface Callers {
  /** @throws ProblemError 401; a promise rejects with it */
  passOf(authorization: string | undefined, now: number): Pass | Promise<Pass>;
  /** What is said to whom who may not do what is needed. */
  lacking(need: Scope): ProblemError;
}
