/** What became of every line, part by part. */
import type { Part } from '@segment-store/contract/manifest';
import { linesIn, sumOutcomes, toOutcomes } from '@segment-store/store/outcomes';
import type { Outcomes, Rejection } from '@segment-store/store/store';
import type { Account } from '../load.ts';
import { REWRITE } from '../source/source.ts';
import { sourceFailure } from '../source/source-failure.ts';
import type { Budgets } from './budgets.ts';

/**
 * `onRejection` hears of every rejected line, as it happens. `add` throws REFUSED once the budget for lines is
 * overdrawn, `close` CORRUPT when the part held other rows than the manifest says.
 */
export function createAccounts(
  budgets: Pick<Budgets, 'settled'>,
  onRejection: (rejection: Rejection) => void,
): (part: Part, settled: Outcomes) => Account {
  return (part, settled) => {
    let sum = settled;
    return {
      get outcomes() {
        return sum;
      },
      add(...tallies) {
        sum = sumOutcomes([sum, ...tallies.map(toOutcomes)]);
        for (const { rejected } of tallies) rejected.forEach(onRejection);
        budgets.settled(part, sum);
      },
      close: () => checkRows(part, sum),
    };
  };
}

function checkRows({ key, rows }: Part, outcomes: Outcomes): void {
  const read = linesIn(outcomes);
  if (read !== rows) throw sourceFailure('CORRUPT', `${key} has ${read} rows, the manifest says ${rows}: ${REWRITE}`);
}
