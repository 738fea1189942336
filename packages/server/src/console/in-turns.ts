/** Work of a person's question over many things, a little at a time: a lookup never waits for more than a turn of it. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** About half a millisecond. */
const A_TURN = 1_000;

export async function inTurns<T>(all: Iterable<T>, visit: (one: T) => void): Promise<void> {
  let count = 0;
  for (const one of all) {
    visit(one);
    count += 1;
    if (count % A_TURN === 0) await nextTurn();
  }
}
