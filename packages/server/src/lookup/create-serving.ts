/** What this server answers from, put together: one L1, and for each generation a read path and a warm-up. */
import type { Say } from '@segment-store/cli/event';
import { createCircuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { createLimiter } from '@segment-store/resilience/limit';
import { systemTime } from '@segment-store/resilience/time';
import type { StoreReader } from '@segment-store/store/store';
import type { Config } from '../config.ts';
import { sayOnce } from '../say-once.ts';
import { encode } from './answer.ts';
import { type ErasedCustomers, withoutErased } from './erased.ts';
import { createL1 } from './l1.ts';
import { createReadPath } from './read-path.ts';
import type { RedisTier } from './redis.ts';
import { Serving, type State } from './serving.ts';
import { createWarmUp, type WarmUpDeps } from './warm-up.ts';

/** From a roll back to its last withdrawn answer: to hear of it, and to open what is live in its place. */
const WITHDRAWN_MS = 10_000;

export interface CreateServingDeps {
  readonly store: { readonly reader: StoreReader };
  readonly redis: RedisTier;
  readonly erased: Pick<ErasedCustomers, 'has'>;
  readonly say: Say;
}

export function createServing(config: Config, { store, redis, erased, say }: CreateServingDeps): Serving {
  const { reads, cacheBytes } = config;
  const { pollMs } = config.store;
  const time = systemTime;
  const shared = { limiter: createLimiter(reads.atOnce), breaker: createCircuitBreaker(), ms: reads.ms, encode };
  const l1 = createL1(cacheBytes, time);
  const pathInto: WarmUpDeps['createPath'] = (reader, into) =>
    createReadPath(reader, { ...shared, l1: into, redis: redis.policyFor(reader) });
  return new Serving({
    store: store.reader,
    time,
    retryMs: pollMs,
    withdrawnMs: WITHDRAWN_MS - pollMs,
    createPath: (reader, pin) => {
      const path = pathInto(reader, l1.cacheOf(reader.generation.run, pin));
      return withoutErased(path, erased, (query) => encode(undefined, query, reader));
    },
    warmUp: createWarmUp({
      l1,
      time,
      limits: config.warmUp,
      createPath: pathInto,
      onTrouble: sayOnce(say, 'the next generation is not served yet, its reads fail, trying again'),
    }),
    onState: (state) => say({ kind: 'stage', stage: state.state, detail: detailOf(state), ...idle(state) }),
    onTrouble: sayOnce(say, 'the live generation cannot be followed, trying again'),
  });
}

const idle = ({ state }: State) => (state === 'serving' ? { idle: true } : {});

function detailOf(state: State): string {
  if (state.state === 'starting') return state.why;
  if (state.state === 'switching') return `opening generation ${state.next}`;
  if (state.state === 'draining') return 'requests in flight end, no new ones are taken';
  const { reader, epoch } = state.pin;
  const { run, members, segments } = reader.generation;
  return `generation ${run}, epoch ${epoch}: ${members} customers, ${segments} segments`;
}
