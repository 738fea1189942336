/** The client of Node: caches, stacks and reads over the pool and the guards it shares with its process. */
import { systemTime, type Time } from '@segment-store/resilience/time';
import { createHold } from './hold.ts';
import type { ResolvedOptions } from './options.ts';
import { joinOrigin } from './origin.ts';
import type { HttpPool } from './pool.ts';
import { readingClient, type SegmentClient } from './reading-client.ts';
import { createSources } from './sources.ts';
import { createStack } from './stack.ts';
import { standOf } from './stats.ts';

/** `wire` may stand between this client and the connections that it shares. */
export function createClient<S extends string>(
  options: ResolvedOptions<S>,
  time: Time = systemTime,
  wire: (pool: HttpPool) => HttpPool = (pool) => pool,
): SegmentClient<S> {
  const { state, epochs, leave } = joinOrigin(options);
  const { maxRetries, ms } = options;
  const sources = createSources<S>(options, {
    pool: wire(state.pool),
    epochs,
    time,
    stacked: (send, cache, maxBatch) => createStack({ ...state, send }, cache, { maxBatch, maxRetries, ms, time }),
  });
  state.pool.warm().catch(() => 'the first request says what is wrong');
  return readingClient(options, { sources, time, hold: createHold(), origin: () => standOf(state, epochs), leave });
}
