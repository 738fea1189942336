/** What became of every line, part by part. */
import type { Part } from '@segment-store/contract/manifest';
import type { Rejection, Tally } from '@segment-store/store/store';
import { equal, refuseUnless } from './gates/gate.ts';
import type { Account } from './load.ts';

/** One part that was read to its end. */
export interface PartCount {
  readonly part: Part;
  readonly created: number;
  readonly replayed: number;
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

/** `onRejection` hears of every rejected line, as it happens. `add` throws REFUSED at the thousandth. */
export function createAccounts(onRejection: (rejection: Rejection) => void): Accounts {
  const finished: PartCount[] = [];
  let rejections = 0;
  const hear = (rejection: Rejection) => {
    onRejection(rejection);
    rejections++;
    if (rejections >= MAX_REJECTED) refuseUnless([equal('rejected', rejections, 0)]);
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
          finished.push({ ...sum, part, rejected: sum.rejected.length });
          return sum;
        },
      };
    },
  };
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
