import type { Found } from '../history.ts';
import { processesOf } from '../processes.ts';
import { Rising } from '../rising.ts';
import { type Promised, second } from './promised.ts';

/** A roll back raises the epoch, too: it is of a publication, not of a run. A stale answer has its own generation's. */
export const epochRises: Promised = {
  name: 'epoch',
  says: 'the epoch that one process serves, and the floor that it knows, never go back',
  *judge(history) {
    const processOf = processesOf(history);
    const heard = new Map<string, Heard>();
    let judged = 0;
    for (const { found, server, askedAt, answeredAt } of history.answers) {
      if (found === undefined) continue;
      judged++;
      const process = processOf(server, askedAt);
      const before = heardFrom(heard, process);
      const { epoch, floor } = found;
      const when = () => `${second(history, answeredAt)}, ${process}`;
      if (!Number.isInteger(epoch) || !Number.isInteger(floor)) {
        yield `${when()}: no epoch or no floor: ${epoch}, ${floor}`;
        continue;
      }
      const highest = { epoch: before.epoch.before(askedAt) ?? 0, floor: before.floor.before(askedAt) ?? 0 };
      const fallen = [
        ...(isServed(found) && epoch < highest.epoch ? [`epoch ${epoch} behind ${highest.epoch}`] : []),
        ...(floor < highest.floor ? [`floor ${floor} behind ${highest.floor}`] : []),
      ];
      for (const what of fallen) yield `${when()}: ${what}`;
      if (isServed(found)) before.epoch.hear(answeredAt, epoch);
      before.floor.hear(answeredAt, floor);
    }
    return judged;
  },
};

const isServed = ({ run, named, isStale }: Found): boolean => !isStale && run === named;

interface Heard {
  readonly epoch: Rising;
  readonly floor: Rising;
}

function heardFrom(heard: Map<string, Heard>, process: string): Heard {
  const found = heard.get(process);
  if (found !== undefined) return found;
  const first = { epoch: new Rising(), floor: new Rising() };
  heard.set(process, first);
  return first;
}
