import { type History, happeningsOf } from '../history.ts';
import type { Promised } from './promised.ts';

/** Of erasures the promise beside this one tells. */
export const acknowledgedIsThere: Promised = {
  name: 'acknowledged',
  says: 'a run that the queue took became live, or a newer one did; a change that was acknowledged is there in the end',
  *judge(history) {
    const announced = happeningsOf(history, 'announced');
    const newest = newestLive(history);
    for (const { run } of announced) {
      if (run > newest) yield `${run} was announced and never became live; the newest that did is ${newest}`;
    }
    const changes = happeningsOf(history, 'changed');
    const there = new Set(
      happeningsOf(history, 'looked up').flatMap(({ change, isThere }) => (isThere ? [change] : [])),
    );
    for (const { change } of changes) if (!there.has(change)) yield `${change} was acknowledged and is gone`;
    return announced.length + changes.length;
  },
};

/** Ids of runs sort by time. */
const newestLive = (history: History): string =>
  happeningsOf(history, 'live')
    .map(({ run }) => run)
    .toSorted()
    .at(-1) ?? '';
