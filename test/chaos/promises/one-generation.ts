import { type Answer, type Found, type History, happeningsOf, type Truth } from '../history.ts';
import { type Promised, second } from './promised.ts';

export const oneGeneration: Promised = {
  name: 'one generation',
  says: 'an answer is the whole truth of the one generation that it names',
  *judge(history) {
    const erasingAt = erasures(history);
    let judged = 0;
    for (const { found, customer, server, answeredAt } of history.answers) {
      if (found === undefined) continue;
      judged++;
      const mayBeStranger = (erasingAt.get(customer) ?? Number.POSITIVE_INFINITY) <= answeredAt;
      const fault = faultOf(found, { customer, mayBeStranger, truth: history.truth });
      if (fault !== undefined) yield `${second(history, answeredAt)}, ${server}: ${fault}`;
    }
    return judged;
  },
};

/** Customer → when it was first asked to forget them. */
function erasures(history: History): ReadonlyMap<string, number> {
  const at = new Map<string, number>();
  for (const erasing of happeningsOf(history, 'erasing')) {
    if (!at.has(erasing.customer)) at.set(erasing.customer, erasing.at);
  }
  return at;
}

interface Known extends Pick<Answer, 'customer'> {
  readonly mayBeStranger: boolean;
  readonly truth: Truth;
}

function faultOf({ run, named, isStale, known, segments }: Found, about: Known): string | undefined {
  const { customer, mayBeStranger, truth } = about;
  if (run !== named && !isStale) return `the body is of ${run}, the header says ${named}`;
  const all = truth.of(run);
  if (all === undefined) return `an answer of ${run}, which nobody made`;
  const wanted = all.get(customer);
  if (!known && mayBeStranger) return segments === '' ? undefined : `${customer} is unknown, and in ${segments}`;
  if (known !== (wanted !== undefined)) return `${customer} is ${known ? '' : 'not '}known in an answer of ${run}`;
  if (segments === (wanted ?? '')) return undefined;
  return `${customer} is in [${segments}] in an answer of ${run}, which has [${wanted ?? ''}]`;
}
