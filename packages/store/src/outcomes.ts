/** Counting outcomes: of a part, of a run. */
import type { Outcomes, Reason, Tally } from './store.ts';

export const nothing: Outcomes = { created: 0, replayed: 0, skipped: 0, memberships: 0, rejected: {} };

export function toOutcomes({ created, replayed, skipped, memberships, rejected }: Tally): Outcomes {
  const byReason: { [reason in Reason]?: number } = {};
  for (const { reason } of rejected) byReason[reason] = (byReason[reason] ?? 0) + 1;
  return { created, replayed, skipped, memberships, rejected: byReason };
}

export function sumOutcomes(all: readonly Outcomes[]): Outcomes {
  return all.reduce(
    (sum, one) => ({
      created: sum.created + one.created,
      replayed: sum.replayed + one.replayed,
      skipped: sum.skipped + one.skipped,
      memberships: sum.memberships + one.memberships,
      rejected: sumReasons(sum.rejected, one.rejected),
    }),
    nothing,
  );
}

/** How many lines, whatever the reason. */
export const rejectedIn = ({ rejected }: Outcomes): number =>
  reasons.reduce((sum, reason) => sum + (rejected[reason] ?? 0), 0);

/** How many lines have an outcome. */
export const linesIn = (outcomes: Outcomes): number =>
  outcomes.created + outcomes.replayed + outcomes.skipped + rejectedIn(outcomes);

/** How many documents the store must hold for it. */
export const storedIn = ({ created, replayed }: Outcomes): number => created + replayed;

function sumReasons(one: Outcomes['rejected'], other: Outcomes['rejected']): Outcomes['rejected'] {
  const sum: { [reason in Reason]?: number } = {};
  for (const reason of reasons) {
    const count = (one[reason] ?? 0) + (other[reason] ?? 0);
    if (count > 0) sum[reason] = count;
  }
  return sum;
}

const reasons: readonly Reason[] = ['malformed', 'bad-id', 'duplicate-customer', 'too-large', 'transform', 'store'];
