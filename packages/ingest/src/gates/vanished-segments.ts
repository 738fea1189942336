/** Whoever asks for a segment that is gone gets 404. */
import { formatCount } from '@segment-store/cli/render/count';
import type { Gate } from './gate.ts';
import { named } from './named.ts';

/** `maxVanishedSegments`: segments of the live catalogue that may be absent from the new one. */
export function vanishedSegments({ maxVanishedSegments }: { readonly maxVanishedSegments: number }): Gate {
  return {
    name: 'vanished-segments',
    judge({ sealed, live }) {
      const vanished = [...live.reader.catalogue.keys()].filter((id) => !sealed.reader.catalogue.has(id));
      return {
        figure: `${formatCount(vanished.length)} of ${formatCount(live.reader.catalogue.size)}${named(vanished)}`,
        limit: `at most ${formatCount(maxVanishedSegments)} segments of the live catalogue absent`,
        passed: vanished.length <= maxVanishedSegments,
      };
    },
  };
}
