/** Every source line is accounted for, and the generation holds what the manifest promises. */
import { formatCount } from '@segment-store/cli/render/count';
import type { Manifest } from '@segment-store/contract/manifest';
import { rejectedIn, storedIn } from '@segment-store/store/outcomes';
import type { PartOutcomes, RunOutcomes } from '@segment-store/store/store';
import { equal, type Gate } from './gate.ts';

export function counts({ totals }: Manifest): readonly Gate[] {
  return [
    customers,
    memberships(totals.memberships),
    { name: 'segments', judge: ({ sealed }) => equal(sealed.generation.segments, totals.segments) },
  ];
}

/** Each part's own rows were compared before it was finished; of one that was left out, what it had stored counts. */
const customers: Gate = {
  name: 'customers',
  judge({ sealed, outcomes }) {
    const rows = sum(outcomes.parts, ({ part }) => part.rows);
    const missing = sum(outcomes.parts, linesLeftOut);
    const { figure, limit, passed } = equal(sealed.generation.members, rows - missing);
    const less = `, ${formatCount(rows)} lines less ${formatCount(missing)} left out`;
    return { figure, limit: missing === 0 ? limit : limit + less, passed };
  },
};

/** Exact where no line was left out; otherwise at least what the whole parts hold, as far as the manifest says. */
function memberships(promised: number): Gate {
  return {
    name: 'memberships',
    judge({ sealed, outcomes }) {
      const { memberships } = sealed.generation;
      if (isWhole(outcomes)) return equal(memberships, promised);
      const least = sum(outcomes.parts.filter(isWholePart), ({ part }) => part.memberships ?? 0);
      return {
        figure: formatCount(memberships),
        limit: `${formatCount(least)} to ${formatCount(promised)}, as lines were left out`,
        passed: memberships >= least && memberships <= promised,
      };
    },
  };
}

/** No line was rejected or skipped, no part left out. */
export const isWhole = ({ parts }: RunOutcomes): boolean => parts.every(isWholePart);

const isWholePart = ({ state, outcomes }: PartOutcomes): boolean =>
  state === 'finished' && rejectedIn(outcomes) + outcomes.skipped === 0;

const linesLeftOut = ({ part, state, outcomes }: PartOutcomes): number =>
  state === 'failed' ? part.rows - storedIn(outcomes) : rejectedIn(outcomes) + outcomes.skipped;

const sum = <T>(items: readonly T[], figure: (item: T) => number): number =>
  items.reduce((total, item) => total + figure(item), 0);
