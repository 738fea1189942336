/** Every source line is accounted for, and the generation holds what the manifest promises. */
import { formatCount } from '@segment-store/cli/render/count';
import type { Manifest } from '@segment-store/contract/manifest';
import { rejectedIn, storedIn } from '@segment-store/store/outcomes';
import type { Generation, PartOutcomes, RunOutcomes } from '@segment-store/store/store';
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
    const { members, erasedAtSeal = 0 } = sealed.generation;
    const { figure, limit, passed } = equal(members, rows - missing - erasedAtSeal);
    const erased = erasedAtSeal === 0 ? '' : ` and ${formatCount(erasedAtSeal)} erased meanwhile`;
    const less = `, ${formatCount(rows)} lines less ${formatCount(missing)} left out${erased}`;
    return { figure, limit: missing + erasedAtSeal === 0 ? limit : limit + less, passed };
  },
};

/** Exact where no line was left out and nobody erased; otherwise at least what whole parts hold, as far as is known. */
function memberships(promised: number): Gate {
  return {
    name: 'memberships',
    judge({ sealed, outcomes }) {
      const { memberships, erasedAtSeal = 0 } = sealed.generation;
      if (isWhole(outcomes) && erasedAtSeal === 0) return equal(memberships, promised);
      const whole = sum(outcomes.parts.filter(isWholePart), ({ part }) => part.memberships ?? 0);
      const least = Math.max(0, whole - erasedAtSeal * sealed.generation.segments);
      return {
        figure: formatCount(memberships),
        limit: `${formatCount(least)} to ${formatCount(promised)}, as lines were left out or customers erased`,
        passed: memberships >= least && memberships <= promised,
      };
    },
  };
}

/** Customers that lines name and the store holds no more, whatever `members` counts. */
export const erasedIn = ({ erased = 0, erasedAtSeal = 0 }: Generation): number => erased + erasedAtSeal;

/** No line was rejected or skipped, no part left out. */
export const isWhole = ({ parts }: RunOutcomes): boolean => parts.every(isWholePart);

const isWholePart = ({ state, outcomes }: PartOutcomes): boolean =>
  state === 'finished' && rejectedIn(outcomes) + outcomes.skipped === 0;

const linesLeftOut = ({ part, state, outcomes }: PartOutcomes): number =>
  state === 'failed' ? part.rows - storedIn(outcomes) : rejectedIn(outcomes) + outcomes.skipped;

const sum = <T>(items: readonly T[], figure: (item: T) => number): number =>
  items.reduce((total, item) => total + figure(item), 0);
