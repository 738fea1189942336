/** Every source line is accounted for, and the generation holds what the manifest promises. */
import type { Manifest } from '@segment-store/contract/manifest';
import { rejectedIn } from '@segment-store/store/outcomes';
import { equal, type Gate } from './gate.ts';

/** Each part's own rows were compared before it was finished. */
export function counts(manifest: Manifest): readonly Gate[] {
  const rows = manifest.parts.reduce((total, part) => total + part.rows, 0);
  return [
    { name: 'rejected', judge: ({ outcomes: { total } }) => equal(rejectedIn(total), 0) },
    {
      name: 'customers',
      judge: ({ sealed, outcomes: { total } }) =>
        equal(sealed.generation.members + rejectedIn(total) + total.skipped, rows),
    },
    {
      name: 'memberships',
      judge: ({ sealed }) => equal(sealed.generation.memberships, manifest.totals.memberships),
    },
    { name: 'segments', judge: ({ sealed }) => equal(sealed.generation.segments, manifest.totals.segments) },
  ];
}
