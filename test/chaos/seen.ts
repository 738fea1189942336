/** Of whom a process knows by heart: it has answered for them, and needs no store to do so again. */
import { type Answer, type History, happeningsOf } from './history.ts';
import { knownBy } from './known-by.ts';
import { processesOf } from './processes.ts';

/**
 * Whether the process that was asked had answered for the same customer before: since the last roll back, which lets
 * nobody answer from what was before it. Whoever is to be forgotten counts as never seen, and so does who got a stale
 * answer alone: it had been read while its generation was left, and such a read is not kept.
 */
export function seenBefore(history: Omit<History, 'truth'>): (answer: Answer) => boolean {
  const processOf = processesOf(history);
  const rollBacks = happeningsOf(history, 'rolled back').map(({ at }) => at);
  const bounds = rollBacks.map(knownBy(history));
  const forgotten = new Set(happeningsOf(history, 'erasing').map(({ customer }) => customer));
  /** Between which roll backs, heard of at those times. */
  const keyOf = ({ server, customer, askedAt }: Answer, heardAt: readonly number[]) =>
    `${heardAt.filter((at) => at <= askedAt).length} ${processOf(server, askedAt)} ${customer}`;
  const first = new Map<string, number>();
  for (const answer of history.answers) {
    if (answer.found?.isStale !== false) continue;
    const key = keyOf(answer, bounds);
    if (!first.has(key)) first.set(key, answer.answeredAt);
  }
  return (answer) => {
    if (forgotten.has(answer.customer)) return false;
    return (first.get(keyOf(answer, rollBacks)) ?? Number.POSITIVE_INFINITY) < answer.askedAt;
  };
}
