/** Customers whose segments are known from elsewhere are answered so. */
import { formatCount } from '@segment-store/cli/render/count';
import type { SegmentId } from '@segment-store/contract/id';
import type { Canary } from '../canaries.ts';
import type { Gate } from './gate.ts';
import { named } from './named.ts';

export function canaries(known: readonly Canary[]): Gate {
  return {
    name: 'canaries',
    async judge({ sealed }, call) {
      const asked = known.map(({ customerId }) => customerId);
      const answers = await sealed.reader.read(asked, call);
      const wrong = known.flatMap(({ segmentIds }, index) => {
        const answer = answers[index];
        if (answer?.status === 'rejected') throw answer.reason;
        const [expected, answered] = [shown(segmentIds), shown(answer?.value?.segmentIds)];
        return expected === answered ? [] : [`${answered} instead of ${expected}`];
      });
      return {
        figure: `${formatCount(wrong.length)} of ${formatCount(known.length)} answered otherwise${named(wrong)}`,
        limit: '0',
        passed: wrong.length === 0,
      };
    },
  };
}

/** Which canary it was tells itself by its segments: customer ids stay out of logs. */
const shown = (segmentIds: readonly SegmentId[] | undefined): string =>
  segmentIds === undefined ? 'unknown' : `[${segmentIds.toSorted().join(' ')}]`;
