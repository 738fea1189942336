/** A definition that went wrong shows in the sizes of its segments, long before it shows in the number of customers. */
import { formatCount } from '@segment-store/cli/render/count';
import { GENESIS } from '@segment-store/store/store';
import { type Gate, passes } from './gate.ts';
import { named } from './named.ts';
import { percent, signedPercent } from './percent.ts';

export interface SegmentDriftLimits {
  /** Share of its members by which a segment may change. */
  readonly maxSegmentDrift: number;
  /** Fewer members than this may come or go whatever share they are: small segments change by chance. */
  readonly segmentTolerance: number;
  /** Share of the segments in both generations that may change by more. */
  readonly maxDriftingSegments: number;
}

export function segmentDrift(limits: SegmentDriftLimits): Gate {
  const { maxSegmentDrift, segmentTolerance, maxDriftingSegments } = limits;
  const limit = `at most ${percent(maxDriftingSegments)} of the segments changed by more than ${percent(maxSegmentDrift)} and ${formatCount(segmentTolerance)} members`;
  return {
    name: 'segment-drift',
    async judge({ live, sizes }) {
      if (live.generation.run === GENESIS) return passes('first publish', limit);
      const now = await sizes();
      const kept = [...live.reader.catalogue.values()].filter(
        ({ id, complementOf }) => complementOf === undefined && now.has(id),
      );
      const drifting = kept.flatMap(({ id, size }) => {
        const change = (now.get(id) ?? 0) - size;
        const drifts = Math.abs(change) > segmentTolerance && Math.abs(change) > maxSegmentDrift * size;
        return drifts ? [`${id} ${size === 0 ? 'new' : signedPercent(change / size)}`] : [];
      });
      return {
        figure: `${formatCount(drifting.length)} of ${formatCount(kept.length)} segments${named(drifting)}`,
        limit,
        passed: drifting.length <= maxDriftingSegments * kept.length,
      };
    },
  };
}
