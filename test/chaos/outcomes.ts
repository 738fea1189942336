/** How a question ended, for whoever asked it. */
import { DEADLINE_MS } from './asking.ts';
import type { Answer } from './history.ts';

export const ANSWERED = '200';
/** The store could not be asked about a customer of whom nobody here knew. */
export const UNAVAILABLE: readonly string[] = ['503 store-unavailable', '503 deadline'];

/** `200`, status and kind of the problem, `late` (past its caller's deadline) or `lost` (no answer). */
export function outcomeOf({ status, problem, askedAt, answeredAt }: Answer): string {
  if (status === 0) return 'lost';
  if (answeredAt - askedAt > DEADLINE_MS) return 'late';
  return status === 200 ? ANSWERED : `${status} ${problem ?? 'without a problem'}`;
}
