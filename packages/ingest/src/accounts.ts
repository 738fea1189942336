/** What became of every line, part by part. */
import type { Part } from '@segment-store/contract/manifest';
import { Failure } from '@segment-store/resilience/failure';
import { linesIn, sumOutcomes, toOutcomes } from '@segment-store/store/outcomes';
import type { Outcomes, Rejection } from '@segment-store/store/store';
import { equal, refuseUnless } from './gates/gate.ts';
import type { Account } from './load.ts';
import { REWRITE } from './source.ts';
import { sourceFailure } from './source-failure.ts';

/** One rejected line is enough to refuse the run; this many end the load, there is no use in reading on. */
const MAX_REJECTED = 1000;

/**
 * `onRejection` hears of every rejected line, as it happens. `add` throws REFUSED at the thousandth, and UNAVAILABLE at
 * a line the store did not take; `close` throws CORRUPT when the part held other rows than the manifest says. A part
 * that ends so is never finished, so the next load reads it again.
 */
export function createAccounts(
  onRejection: (rejection: Rejection) => void,
): (part: Part, settled: Outcomes) => Account {
  let rejections = 0;
  const hear = (rejection: Rejection) => {
    onRejection(rejection);
    if (rejection.reason === 'store') throw refusedByStore(rejection);
    rejections++;
    if (rejections >= MAX_REJECTED) refuseUnless([{ gate: 'rejected', ...equal(rejections, 0) }]);
  };
  return (part, settled) => {
    let sum = settled;
    return {
      add(...tallies) {
        sum = sumOutcomes([sum, ...tallies.map(toOutcomes)]);
        for (const { rejected } of tallies) rejected.forEach(hear);
        return sum;
      },
      close() {
        checkRows(part, sum);
        return sum;
      },
    };
  };
}

function refusedByStore({ part, offset, status, type }: Rejection): Failure {
  const answer = [status, type].filter((detail) => detail !== undefined).join(' ');
  const line = `the line at byte ${offset} of ${part} (${answer})`;
  return new Failure('UNAVAILABLE', `the store refused ${line}: run the same command again`, { fault: true });
}

function checkRows({ key, rows }: Part, outcomes: Outcomes): void {
  const read = linesIn(outcomes);
  if (read !== rows) throw sourceFailure('CORRUPT', `${key} has ${read} rows, the manifest says ${rows}: ${REWRITE}`);
}
