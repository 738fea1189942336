/** Every segment holds as many customers as the catalogue says. */
import { formatCount } from '@segment-store/cli/render/count';
import { erasedIn, isWhole } from './counts.ts';
import type { Gate } from './gate.ts';
import { named } from './named.ts';
import { percent } from './percent.ts';

export interface SegmentLossLimits {
  /** Share of its members that a segment may lack where lines were left out. */
  readonly maxSegmentLoss: number;
  /** Members that it may lack then, whatever share they are. */
  readonly segmentTolerance: number;
}

/** Exact when nothing was left out and nobody erased; otherwise a segment may lack a little, and never has more. */
export function segmentSizes({ maxSegmentLoss, segmentTolerance }: SegmentLossLimits): Gate {
  const exact = 'every segment as large as the catalogue says';
  const allowed = `at most ${percent(maxSegmentLoss)} or ${formatCount(segmentTolerance)} members of a segment lacking, as lines were left out`;
  return {
    name: 'segment-sizes',
    async judge({ sealed, sizes, outcomes }) {
      const whole = isWhole(outcomes);
      const erased = erasedIn(sealed.generation);
      const mayLack = (size: number) => erased + (whole ? 0 : Math.max(segmentTolerance, maxSegmentLoss * size));
      const counted = await sizes();
      const off = [...counted].flatMap(([id, count]) => {
        const size = sealed.reader.catalogue.get(id)?.size ?? 0;
        const isRight = count <= size && size - count <= mayLack(size);
        return isRight ? [] : [`${id} ${formatCount(count)} of ${formatCount(size)}`];
      });
      return {
        figure: `${formatCount(off.length)} of ${formatCount(counted.size)} segments differ${named(off)}`,
        limit: (whole ? exact : allowed) + (erased === 0 ? '' : `, less ${formatCount(erased)} customers erased since`),
        passed: off.length === 0,
      };
    },
  };
}
