/** Every source line is accounted for, and the generation holds what the manifest promises. */
import type { Manifest } from '@segment-store/contract/manifest';
import type { Accounts } from '../accounts.ts';
import { equal, type Gate } from './gate.ts';

/** Each part's own rows were compared before it was finished; parts an earlier job finished are covered by the totals. */
export function counts(manifest: Manifest, accounts: Accounts): readonly Gate[] {
  const rows = sum(manifest.parts, (part) => part.rows);
  const rejected = () => sum(accounts.finished(), (count) => count.rejected);
  const skipped = () => sum(accounts.finished(), (count) => count.skipped);
  return [
    { name: 'rejected', judge: () => equal(rejected(), 0) },
    {
      name: 'customers',
      judge: ({ sealed }) => equal(sealed.generation.members + rejected() + skipped(), rows),
    },
    {
      name: 'memberships',
      judge: ({ sealed }) => equal(sealed.generation.memberships, manifest.totals.memberships),
    },
    { name: 'segments', judge: ({ sealed }) => equal(sealed.generation.segments, manifest.totals.segments) },
  ];
}

function sum<T>(items: readonly T[], figure: (item: T) => number): number {
  return items.reduce((total, item) => total + figure(item), 0);
}
