/** Every source line is accounted for, and the generation holds what the manifest promises. */
import type { Manifest } from '@segment-store/contract/manifest';
import type { Verdict } from '@segment-store/store/store';
import type { Accounts, PartCount } from '../accounts.ts';
import { equal, type Gate } from './gate.ts';

/** Parts an earlier job finished are covered by the totals. */
export function counts(manifest: Manifest, accounts: Accounts): Gate {
  return (sealed) => {
    const finished = accounts.finished();
    const rejected = sum(finished, (count) => count.rejected);
    const skipped = sum(finished, (count) => count.skipped);
    const rows = sum(manifest.parts, (part) => part.rows);
    return [
      equal('rejected', rejected, 0),
      ...partRows(finished),
      equal('customers', sealed.members + rejected + skipped, rows),
      equal('memberships', sealed.memberships, manifest.totals.memberships),
      equal('segments', sealed.segments, manifest.totals.segments),
    ];
  };
}

function partRows(finished: readonly PartCount[]): readonly Verdict[] {
  const verdicts = finished.map((count) => equal(`rows of ${count.part.key}`, lines(count), count.part.rows));
  const failed = verdicts.filter(({ passed }) => !passed);
  return failed.length > 0 ? failed : [equal('parts with other rows than the manifest says', 0, 0)];
}

const lines = ({ created, replayed, skipped, rejected }: PartCount) => created + replayed + skipped + rejected;

function sum<T>(items: readonly T[], figure: (item: T) => number): number {
  return items.reduce((total, item) => total + figure(item), 0);
}
