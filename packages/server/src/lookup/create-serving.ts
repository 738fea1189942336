/** What this server answers from, put together: one L1, and for each generation a read path and a warm-up. */
import type { Say } from '@segment-store/cli/event';
import type { CustomerId } from '@segment-store/contract/id';
import { createCircuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { createLimiter } from '@segment-store/resilience/limit';
import { atFailureRate } from '@segment-store/resilience/opening';
import type { Call } from '@segment-store/resilience/operation';
import { systemTime } from '@segment-store/resilience/time';
import type { StoreReader } from '@segment-store/store/store';
import type { Config } from '../config.ts';
import { sayOnce } from '../say-once.ts';
import { Keeper } from '../state/keeper.ts';
import { keptReader } from '../state/kept-reader.ts';
import type { StateDir } from '../state/state-dir.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { tellOutages } from '../tell-outages.ts';
import { encode } from './answer.ts';
import { CallersTime } from './callers-time.ts';
import { followCanary } from './canary.ts';
import { withComplements } from './complements.ts';
import { type ErasedCustomers, withoutErased } from './erased.ts';
import { createL1, type L1 } from './l1.ts';
import { createReadPath } from './read-path.ts';
import type { RedisTier } from './redis.ts';
import { Serving } from './serving.ts';
import type { State } from './status.ts';
import { tellLookups } from './tell-lookups.ts';
import { createWarmUp, type WarmUpDeps } from './warm-up.ts';

/** From a roll back to its last withdrawn answer: to hear of it, and to open what is live in its place. */
const WITHDRAWN_MS = 10_000;

/** How long the store has to say what is live before what is kept is answered: it may have been withdrawn. */
const UNHEARD_MS = 1_000;

const STORE_OUTAGE = {
  begun: 'the store fails too often: what no cache knows is answered 503 store-unavailable until it answers again',
  over: 'the store answers again',
};

export interface CreateServingDeps {
  readonly store: { readonly reader: StoreReader };
  readonly dir: StateDir;
  readonly redis: RedisTier;
  readonly erased: Pick<ErasedCustomers, 'has' | 'whenChanged'>;
  readonly metrics: Pick<Metrics, 'answered' | 'cacheAsked' | 'compared' | 'operated' | 'watch'>;
  readonly say: Say;
}

export interface Served {
  readonly serving: Serving;
  /** To be closed when nobody is answered any more. */
  readonly keeper: Keeper;
  /** Until the call is aborted. */
  canary(call: Call): Promise<void>;
}

export function createServing(config: Config, { store, dir, redis, erased, metrics, say }: CreateServingDeps): Served {
  const { reads, cacheBytes } = config;
  const { pollMs } = config.store;
  const time = systemTime;
  const callersTime = new CallersTime(time);
  const shared = {
    callersTime,
    limiter: createLimiter(reads.atOnce),
    breaker: createCircuitBreaker(atFailureRate(), { onState: tellOutages(say, STORE_OUTAGE) }),
    ms: reads.ms,
    encode,
  };
  const l1 = createL1(cacheBytes, time);
  const told = tellLookups(metrics, config.store.url.startsWith('embedded:') ? 'embedded' : 'elasticsearch');
  const { breaker, limiter } = shared;
  metrics.watch({ breakers: { store: breaker }, limiters: { store: limiter }, waiters: () => callersTime.waiting });
  const pathInto: WarmUpDeps['createPath'] = (reader, into) =>
    createReadPath(told.reads(reader), { ...shared, l1: into, redis: redis.policyFor(reader) });
  const keeper = createKeeper(l1, { dir, erased, say });
  const serving = new Serving({
    store: withComplements(store.reader),
    time,
    date: () => new Date(),
    retryMs: pollMs,
    withdrawnMs: WITHDRAWN_MS - pollMs,
    createPath: (reader, pin) => {
      const path = pathInto(reader, l1.cacheOf(reader.generation.run, pin));
      return withoutErased(told.questions(path, reader.generation), erased, (query) =>
        encode(undefined, query, reader),
      );
    },
    warmUp: createWarmUp({
      l1,
      time,
      limits: config.warmUp,
      createPath: pathInto,
      onTrouble: sayOnce(say, 'the next generation is not served yet, its reads fail, trying again'),
    }),
    onState(state) {
      keeper.see(state.state === 'starting' ? undefined : state.pin);
      say({ kind: 'stage', stage: state.state, detail: detailOf(state), ...idle(state) });
    },
    onTrouble: sayOnce(say, 'the live generation cannot be followed, trying again'),
  });
  const { kept } = dir;
  if (kept !== undefined) time.after(UNHEARD_MS, () => serving.restore(keptReader(kept), kept));
  const canary = followCanary({ l1, time, pin: () => serving.pin, erased, onCompared: metrics.compared });
  return { serving, keeper, canary };
}

/** What L1 starts with and leaves behind, but for who was erased. */
function createKeeper(l1: L1, { dir, erased, say }: Pick<CreateServingDeps, 'dir' | 'erased' | 'say'>): Keeper {
  const isErased = (customerId: CustomerId) => erased.has(customerId);
  for (const answer of dir.kept?.answers ?? []) l1.restore(answer);
  const keeper = new Keeper({
    dir,
    time: systemTime,
    answersOf: (run) => l1.answersOf(run, (customerId) => !isErased(customerId)),
    onTrouble: sayOnce(say, 'the state directory cannot be written'),
  });
  erased.whenChanged((list) => {
    keeper.keepErased(list);
    void l1.forget(isErased); // nobody is given them any more: this is for the memory
  });
  return keeper;
}

const idle = ({ state }: State) => (state === 'serving' ? { idle: true } : {});

function detailOf(state: State): string {
  if (state.state === 'starting') return state.why;
  if (state.state === 'switching') return `opening generation ${state.next}`;
  if (state.state === 'draining') return 'requests in flight end, no new ones are taken';
  const { reader, epoch, isKept } = state.pin;
  const { run, members, segments } = reader.generation;
  const kept = isKept ? ', from the state directory: the store was not reached yet' : '';
  return `generation ${run}, epoch ${epoch}: ${members} customers, ${segments} segments${kept}`;
}
