/** Every source line is accounted for, and the generation holds what the manifest promises. */
import type { Manifest } from '@segment-store/contract/manifest';
import type { Accounts } from '../accounts.ts';
import { equal, type Gate } from './gate.ts';

/** Each part's own rows were compared before it was finished; parts an earlier job finished are covered by the totals. */
export function counts(manifest: Manifest, accounts: Accounts): Gate {
  return (sealed) => {
    const finished = accounts.finished();
    const rejected = sum(finished, (count) => count.rejected);
    const skipped = sum(finished, (count) => count.skipped);
    const rows = sum(manifest.parts, (part) => part.rows);
    return [
      equal('rejected', rejected, 0),
      equal('customers', sealed.members + rejected + skipped, rows),
      equal('memberships', sealed.memberships, manifest.totals.memberships),
      equal('segments', sealed.segments, manifest.totals.segments),
    ];
  };
}

function sum<T>(items: readonly T[], figure: (item: T) => number): number {
  return items.reduce((total, item) => total + figure(item), 0);
}
