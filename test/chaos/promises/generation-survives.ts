import { type HappeningOf, type History, happeningsOf } from '../history.ts';
import { type Promised, second } from './promised.ts';

export const generationSurvives: Promised = {
  name: 'survives',
  says: 'a published generation survives the death of any single process: it stays live, and every line of it is there',
  *judge(history) {
    const [seen, compared] = [happeningsOf(history, 'live'), happeningsOf(history, 'compared')];
    yield* neverBack(history, seen);
    for (const { at, run, wrong, equal } of compared) {
      if (wrong > 0) yield `${second(history, at)}: ${wrong} lines of ${run} are wrong or absent`;
      if (equal === 0) yield `${second(history, at)}: nothing of ${run} is there`;
    }
    // Whoever does not look finds nothing: a death behind which nobody compared is no proof.
    for (const { at, part } of happeningsOf(history, 'ended')) {
      if (!compared.some((later) => later.at > at)) yield `nobody compared lines after the end of ${part}`;
    }
    return seen.length + compared.length;
  },
};

function* neverBack(history: History, seen: readonly HappeningOf<'live'>[]): Generator<string> {
  for (const [index, now] of seen.entries()) {
    const before = seen[index - 1];
    if (before === undefined) continue;
    const when = second(history, now.at);
    if (now.epoch < before.epoch) yield `${when}: epoch ${now.epoch} is live behind ${before.epoch}`;
    if (now.epoch === before.epoch && now.run !== before.run) {
      yield `${when}: epoch ${now.epoch} is ${now.run}, it was ${before.run}`;
    }
  }
}
