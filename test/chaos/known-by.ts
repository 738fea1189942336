/** By when servers must have heard of something: within the bound, where the store can be asked. */
import { type HappeningOf, type History, happeningsOf } from './history.ts';

type Outage = HappeningOf<'outage'>;
type Known = Pick<History, 'happenings' | 'boundMs'>;

/** When everybody must know what happened at a time: an outage meanwhile begins the bound anew at its end. */
export function knownBy({ happenings, boundMs }: Known): (at: number) => number {
  const outages = happeningsOf({ happenings }, 'outage').toSorted((one, other) => one.from - other.from);
  return (at) => {
    const later = (by: number, outage: Outage) =>
      outage.from < by && outage.at > at ? Math.max(by, outage.at + boundMs) : by;
    return outages.reduce(later, at + boundMs);
  };
}
