/** The one place with process-wide state: guards an origin and credential, epochs a service of it. */
import { createHash } from 'node:crypto';
import { type CircuitBreaker, createCircuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { createLimiter, type Limiter } from '@segment-store/resilience/limit';
import { createRetryBudget, type RetryBudget } from '@segment-store/resilience/retry';
import { createEpochs, type Epochs } from './epochs.ts';
import type { ResolvedOptions } from './options.ts';
import { CONNECTIONS, createPool, type HttpPool } from './pool.ts';

export interface OriginState {
  readonly limiter: Limiter;
  readonly budget: RetryBudget;
  readonly breaker: CircuitBreaker;
  readonly pool: HttpPool;
}

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
 * `Shared`: raise it when the shape changes.
 */
const REGISTRY: unique symbol = Symbol.for('@segment-store/sdk/origins/2');

export function joinOrigin({ origin, basePath, apiKey = '' }: Address): Joined {
  const origins = registry();
  const key = `${origin} ${createHash('sha256').update(apiKey).digest('hex')}`;
  const shared = origins.get(key) ?? { state: createState(origin), epochs: new Map(), clients: 0 };
  origins.set(key, shared);
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
      shared.clients -= 1;
      if (shared.clients > 0) return;
      origins.delete(key);
      await shared.state.pool.destroy();
    },
  };
}

function registry(): Map<string, Shared> {
  const process: { [REGISTRY]?: Map<string, Shared>; readonly globalThis: unknown } = globalThis;
  process[REGISTRY] ??= new Map();
  return process[REGISTRY];
}

const createState = (origin: string): OriginState => ({
  limiter: createLimiter(CONNECTIONS),
  budget: createRetryBudget(),
  breaker: createCircuitBreaker(),
  pool: createPool(origin),
});
