/** A member line may name a segment that the catalogue lacks, or has as a rule: nobody would ever see it. */
import { formatCount } from '@segment-store/cli/render/count';
import type { Gate } from './gate.ts';

export const unlistedSegments: Gate = {
  name: 'unlisted-segments',
  async judge({ sealed, sizes }) {
    const { memberships, erased = 0 } = sealed.generation;
    const counted = await sizes();
    const listed = [...counted.values()].reduce((sum, size) => sum + size, 0);
    // Who was erased since the seal is counted still, and was in no more segments than there are.
    const most = erased * counted.size;
    return {
      figure: `${formatCount(memberships - listed)} of ${formatCount(memberships)} memberships in segments that the catalogue lacks or has as complements`,
      limit: most === 0 ? '0' : `at most ${formatCount(most)}, as ${formatCount(erased)} customers were erased since`,
      passed: listed <= memberships && memberships - listed <= most,
    };
  },
};
