import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { sleep } from '@segment-store/resilience/time';
import type { Live } from './store.ts';

/** Looks in a row that must find an epoch below the last. */
const LOOKS_BELOW = 5;

/**
 * What is live now, then at each change; ends when the signal aborts. Once something was live, every failure is
 * waited out; before that only an outage is: a wrong address or key shows at once. An epoch below the last is a node
 * that lags, unless look after look confirms it: then the store was restored.
 */
export async function* follow(look: (call: Call) => Promise<Live>, pollMs: number, call: Call): AsyncIterable<Live> {
  let epoch: number | undefined;
  let looksBelow = 0;
  while (!call.signal.aborted) {
    const live = await lookOrWait(look, epoch !== undefined, call);
    looksBelow = live !== undefined && epoch !== undefined && live.epoch < epoch ? looksBelow + 1 : 0;
    if (live !== undefined && live.epoch !== epoch && (looksBelow === 0 || looksBelow === LOOKS_BELOW)) {
      epoch = live.epoch;
      yield live;
    }
    await sleep(pollMs, call.signal).catch(() => {});
  }
}

/** Undefined for a look that failed and is worth another one. */
export async function lookOrWait<T>(
  look: (call: Call) => Promise<T>,
  seen: boolean,
  call: Call,
): Promise<T | undefined> {
  try {
    return await look(call);
  } catch (error) {
    if (call.signal.aborted || seen || (isFailure(error) && error.retryable)) return undefined;
    throw error;
  }
}
