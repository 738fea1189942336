import { happeningsOf } from '../history.ts';
import { knownBy } from '../known-by.ts';
import { type Promised, second } from './promised.ts';

/** The epoch shows no process that never heard of a roll back: this does. */
export const withdrawnEnds: Promised = {
  name: 'withdrawn',
  says: 'what a roll back withdrew is answered by nobody after the bound',
  *judge(history) {
    const bound = knownBy(history);
    const ends = new Map(happeningsOf(history, 'rolled back').map(({ withdrawn, at }) => [withdrawn, bound(at)]));
    const first = Math.min(...ends.values());
    let judged = 0;
    for (const { found, server, askedAt } of history.answers) {
      if (found === undefined || askedAt <= first) continue;
      judged++;
      if (askedAt > (ends.get(found.run) ?? Number.POSITIVE_INFINITY)) {
        yield `${second(history, askedAt)}, ${server}: of ${found.run}, which was withdrawn`;
      }
    }
    return judged;
  },
};
