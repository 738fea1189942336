/** A member line may name a segment that the catalogue lacks: nobody would ever see it. */
import { formatCount } from '@segment-store/cli/render/count';
import type { Gate } from './gate.ts';

export const unlistedSegments: Gate = {
  name: 'unlisted-segments',
  async judge({ sealed, sizes }) {
    const { memberships } = sealed.generation;
    const listed = [...(await sizes()).values()].reduce((sum, size) => sum + size, 0);
    return {
      figure: `${formatCount(memberships - listed)} of ${formatCount(memberships)} memberships in segments outside the catalogue`,
      limit: '0',
      passed: memberships === listed,
    };
  },
};
