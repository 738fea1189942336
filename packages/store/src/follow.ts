import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { sleep } from '@segment-store/resilience/time';
import type { Live } from './store.ts';

/**
 * What is live now, then at each change; ends when the signal aborts. Once something was live, every failure is
 * waited out; before that only an outage is: a wrong address or key shows at once.
 */
export async function* follow(look: (call: Call) => Promise<Live>, pollMs: number, call: Call): AsyncIterable<Live> {
  let epoch: number | undefined;
  while (!call.signal.aborted) {
    const live = await lookOrWait(look, epoch !== undefined, call);
    if (live !== undefined && live.epoch !== epoch) {
      epoch = live.epoch;
      yield live;
    }
    await sleep(pollMs, call.signal).catch(() => {});
  }
}

async function lookOrWait(look: (call: Call) => Promise<Live>, seen: boolean, call: Call): Promise<Live | undefined> {
  try {
    return await look(call);
  } catch (error) {
    if (call.signal.aborted || seen || (isFailure(error) && error.retryable)) return undefined;
    throw error;
  }
}
