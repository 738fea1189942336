/** The one place with process-wide state: guards an origin and credential, epochs a service of it. */
import { type AdaptiveLimiter, createAdaptiveLimiter } from '@segment-store/resilience/adaptive-limit';
import { type CircuitBreaker, createCircuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { afterFailuresInARow } from '@segment-store/resilience/opening';
import { createPushback, type Pushback } from '@segment-store/resilience/pushback';
import { createRetryBudget, type RetryBudget } from '@segment-store/resilience/retry';
import { systemTime } from '@segment-store/resilience/time';
import { originChannels } from './channels.ts';
import { type ApiKey, type Credential, createCredential } from './credential.ts';
import { createEpochs, type Epochs } from './epochs.ts';
import type { HttpPool } from './http.ts';
import type { ResolvedOptions } from './options.ts';
import { CONNECTIONS, createPool } from './pool.ts';

export interface OriginState {
  readonly limiter: AdaptiveLimiter;
  readonly pushback: Pushback;
  readonly budget: RetryBudget;
  readonly breaker: CircuitBreaker;
  readonly credential: Credential;
  readonly pool: HttpPool;
}

/** Requests in flight: where the limit begins, and how far it may move. */
const LIMITS = { min: 4, initial: 16, max: CONNECTIONS };
/** A probe every few seconds harms nobody; rarer ones would keep callers from a service that is well again. */
const MAX_COOLDOWN_MS = 3_000;

export type Address = Pick<ResolvedOptions, 'origin' | 'basePath' | 'apiKey'>;

export interface Joined {
  readonly state: OriginState;
  /** Of the service at the base path: an origin may hold several, each with generations of its own. */
  readonly epochs: Epochs;
  /** Idempotent; the last to leave closes the connections. */
  leave(): Promise<void>;
}

interface Shared {
  readonly state: OriginState;
  readonly epochs: Map<string, Epochs>;
  clients: number;
}

/**
 * On a registered symbol, so that the ESM and the CJS copy of this package share too. Its number is the version of
 * `Registry`: raise it when the shape changes.
 */
const REGISTRY: unique symbol = Symbol.for('@segment-store/sdk/origins/4');

export function joinOrigin({ origin, basePath, apiKey }: Address): Joined {
  const registry = joinRegistry();
  const { origins } = registry;
  const credentials = origins.get(origin) ?? new Map<ApiKey | undefined, Shared>();
  origins.set(origin, credentials);
  const shared = credentials.get(apiKey) ?? { state: createState(origin, apiKey), epochs: new Map(), clients: 0 };
  credentials.set(apiKey, shared);
  const epochs = shared.epochs.get(basePath) ?? createEpochs();
  shared.epochs.set(basePath, epochs);
  shared.clients += 1;
  let left = false;
  return {
    state: shared.state,
    epochs,
    async leave() {
      if (left) return;
      left = true;
      registry.clients -= 1;
      shared.clients -= 1;
      if (shared.clients > 0) return;
      credentials.delete(apiKey);
      if (credentials.size === 0) origins.delete(origin);
      await shared.state.pool.destroy();
    },
  };
}

interface Registry {
  /** By origin, then by how a key is given: one function is one credential. */
  readonly origins: Map<string, Map<ApiKey | undefined, Shared>>;
  /** Not closed yet. */
  clients: number;
  /** So many are no mistake; without end once it was warned of. */
  expected: number;
}

function joinRegistry(): Registry {
  const holder: { [REGISTRY]?: Registry; readonly globalThis: unknown } = globalThis;
  const registry = holder[REGISTRY] ?? { origins: new Map(), clients: 0, expected: 10 };
  Object.defineProperty(holder, REGISTRY, { value: registry }); // whoever prints the global object prints no key
  registry.clients += 1;
  if (registry.clients > registry.expected) {
    registry.expected = Number.POSITIVE_INFINITY;
    // Importing `node:process` would open what the application may never use: its standard streams.
    globalThis.process.emitWarning(`${registry.clients} segment clients are open; share one`, {
      code: 'SEGMENT_STORE_CLIENTS',
    });
  }
  return registry;
}

function createState(origin: string, apiKey: ApiKey | undefined): OriginState {
  const { onState, onMax } = originChannels(origin);
  return {
    limiter: createAdaptiveLimiter(LIMITS, onMax),
    pushback: createPushback(),
    budget: createRetryBudget(),
    // A rate would keep callers from the answers of a service that fails every other time.
    breaker: createCircuitBreaker(afterFailuresInARow(), { maxCooldownMs: MAX_COOLDOWN_MS, onState }),
    credential: createCredential(apiKey, systemTime),
    pool: createPool(origin),
  };
}
