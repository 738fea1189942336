/** Which process gave an answer: the one that was started in place of a dead one owes nothing to what that had said. */
import { type History, happeningsOf } from './history.ts';

/** `server-1 2` is the third process of that server. */
export function processesOf(history: Pick<History, 'happenings'>): (server: string, askedAt: number) => string {
  const ends = new Map<string, number[]>();
  for (const { part, at } of happeningsOf(history, 'ended')) ends.set(part, [...(ends.get(part) ?? []), at]);
  return (server, askedAt) => {
    let dead = 0;
    for (const at of ends.get(server) ?? []) if (at <= askedAt) dead++;
    return `${server} ${dead}`;
  };
}
