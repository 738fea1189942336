import { happeningsOf } from '../history.ts';
import { knownBy } from '../known-by.ts';
import { type Promised, second } from './promised.ts';

export const erasedStayAway: Promised = {
  name: 'erased',
  says: 'a customer whose erasure was acknowledged is a stranger after the bound, and stays one',
  *judge(history) {
    const bound = knownBy(history);
    const strangerFrom = new Map(happeningsOf(history, 'erased').map(({ customer, at }) => [customer, bound(at)]));
    let judged = 0;
    for (const { found, customer, server, askedAt } of history.answers) {
      if (found === undefined || askedAt <= (strangerFrom.get(customer) ?? Number.POSITIVE_INFINITY)) continue;
      judged++;
      if (found.known) yield `${second(history, askedAt)}, ${server}: ${customer} is back, in [${found.segments}]`;
    }
    return judged;
  },
};
