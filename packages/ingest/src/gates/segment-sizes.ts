/** Every segment holds as many customers as the catalogue says. */
import { formatCount } from '@segment-store/cli/render/count';
import type { Gate } from './gate.ts';
import { named } from './named.ts';

export const segmentSizes: Gate = {
  name: 'segment-sizes',
  async judge({ sealed, sizes }) {
    const counted = await sizes();
    const off = [...counted].flatMap(([id, count]) => {
      const size = sealed.reader.catalogue.get(id)?.size ?? 0;
      return count === size ? [] : [`${id} ${formatCount(count)} of ${formatCount(size)}`];
    });
    return {
      figure: `${formatCount(off.length)} of ${formatCount(counted.size)} segments differ${named(off)}`,
      limit: 'every segment as large as the catalogue says',
      passed: off.length === 0,
    };
  },
};
