/** What became of every line, part by part. */
import type { Part } from '@segment-store/contract/manifest';
import { Failure } from '@segment-store/resilience/failure';
import type { Rejection, Tally } from '@segment-store/store/store';
import { equal, refuseUnless } from './gates/gate.ts';
import type { Account } from './load.ts';
import { REWRITE } from './source.ts';
import { sourceFailure } from './source-failure.ts';

/** One part that was read to its end. */
interface PartCount {
  readonly part: Part;
  readonly skipped: number;
  readonly rejected: number;
}

export interface Accounts {
  account(part: Part): Account;
  /** Of the parts this process finished; a part an earlier job finished is not among them. */
  finished(): readonly PartCount[];
}

/** One rejected line is enough to refuse the run; this many end the load, there is no use in reading on. */
const MAX_REJECTED = 1000;

/**
 * `onRejection` hears of every rejected line, as it happens. `add` throws REFUSED at the thousandth, and UNAVAILABLE at
 * a line the store did not take; `close` throws CORRUPT when the part held other rows than the manifest says. A part
 * that ends so is never finished, so the next load reads it again.
 */
export function createAccounts(onRejection: (rejection: Rejection) => void): Accounts {
  const finished: PartCount[] = [];
  let rejections = 0;
  const hear = (rejection: Rejection) => {
    onRejection(rejection);
    if (rejection.reason === 'store') throw refusedByStore(rejection);
    rejections++;
    if (rejections >= MAX_REJECTED) refuseUnless([{ gate: 'rejected', ...equal(rejections, 0) }]);
  };
  return {
    finished: () => finished,
    account(part) {
      let sum: Tally = { created: 0, replayed: 0, skipped: 0, memberships: 0, rejected: [] };
      return {
        add(...tallies) {
          sum = tallies.reduce(plus, sum);
          for (const { rejected } of tallies) rejected.forEach(hear);
        },
        close() {
          checkRows(part, sum);
          finished.push({ part, skipped: sum.skipped, rejected: sum.rejected.length });
          return sum;
        },
      };
    },
  };
}

function refusedByStore({ part, offset, status, type }: Rejection): Failure {
  const answer = [status, type].filter((detail) => detail !== undefined).join(' ');
  const line = `the line at byte ${offset} of ${part} (${answer})`;
  return new Failure('UNAVAILABLE', `the store refused ${line}: run the same command again`, { fault: true });
}

function checkRows({ key, rows }: Part, { created, replayed, skipped, rejected }: Tally): void {
  const read = created + replayed + skipped + rejected.length;
  if (read !== rows) throw sourceFailure('CORRUPT', `${key} has ${read} rows, the manifest says ${rows}: ${REWRITE}`);
}

function plus(sum: Tally, tally: Tally): Tally {
  return {
    created: sum.created + tally.created,
    replayed: sum.replayed + tally.replayed,
    skipped: sum.skipped + tally.skipped,
    memberships: sum.memberships + tally.memberships,
    rejected: [...sum.rejected, ...tally.rejected],
  };
}
