import type { Call } from '@segment-store/resilience/operation';
import { sleep } from '@segment-store/resilience/time';
import type { Erased } from './erased-list.ts';
import { lookOrWait } from './follow.ts';
import type { Erasures } from './store.ts';

interface Erasing extends Pick<Erasures, 'list'> {
  /** Of everybody erased so far: cheap, beside the list. */
  count(call: Call): Promise<number>;
}

/** Nobody ever leaves the list: as long as it is as long as before, it is the same. */
export async function* followErased({ list, count }: Erasing, pollMs: number, call: Call): AsyncIterable<Erased> {
  let size: number | undefined;
  const look = async (looking: Call) => (size === (await count(looking)) ? undefined : list(looking));
  while (!call.signal.aborted) {
    const erased = await lookOrWait(look, size !== undefined, call);
    if (erased !== undefined) {
      size = erased.size;
      yield erased;
    }
    await sleep(pollMs, call.signal).catch(() => 'aborted: the loop ends');
  }
}
