/** The client of Node: caches, stacks and reads over the pool and the guards it shares with its process. */
import { createFailureMemo } from '@segment-store/resilience/failure-memo';
import { asIs } from '@segment-store/resilience/operation';
import { systemTime, type Time } from '@segment-store/resilience/time';
import { readChannels, refreshChannel } from './channels.ts';
import { createHold } from './hold.ts';
import type { HttpPool } from './http.ts';
import type { ResolvedOptions } from './options.ts';
import { joinOrigin } from './origin.ts';
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
  const hedging = options.hedge?.policy(state.budget, time) ?? asIs;
  const refreshed = refreshChannel();
  const sources = createSources<S>(options, {
    pool: wire(state.pool),
    credential: state.credential,
    epochs,
    time,
    stacked: (send, cache, maxBatch) => {
      const memo = createFailureMemo(options.cache.maxEntries, time);
      return createStack({ ...state, send }, cache, { maxBatch, maxRetries, hedging, memo, refreshed, ms, time });
    },
  });
  state.pool.warm().catch(() => {}); // the first request says what is wrong
  const events = readChannels();
  return readingClient(options, {
    sources,
    events,
    time,
    hold: createHold(),
    origin: () => standOf(state, epochs),
    leave,
  });
}
