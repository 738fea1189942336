import type { Say } from '@segment-store/cli/event';
import type { BreakerState } from '@segment-store/resilience/circuit-breaker';

/** What people are told of a dependency. */
interface Outage {
  /** It fails, and what becomes of requests. */
  readonly begun: string;
  readonly over: string;
}

/** For a breaker: an outage is told when it begins and when it is over, not at every probe that fails in between. */
export function tellOutages(say: Say, { begun, over }: Outage): (state: BreakerState) => void {
  let isOut = false;
  return (state) => {
    if (state === 'open' && !isOut) say({ kind: 'warning', text: begun });
    if (state === 'closed' && isOut) say({ kind: 'note', text: over });
    isOut = state !== 'closed';
  };
}
