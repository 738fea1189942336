/**
 * Faults on the real transport, for game days: everything above the wire is the real client. Off unless both the code
 * and the environment ask for it.
 */
import process from 'node:process';
import { systemTime } from '@segment-store/resilience/time';
import { chaoticPool, type Injected } from './chaos/pool.ts';
import { type ChaosRates, resolveRates } from './chaos/rates.ts';
import { createClient } from './client.ts';
import type { HttpPool } from './http.ts';
import { type ClientOptions, resolveOptions } from './options.ts';
import type { SegmentClient } from './reading-client.ts';

export type { Injected } from './chaos/pool.ts';
export type { ChaosRates, FaultKind } from './chaos/rates.ts';

/** Must be `on`, or a chaos client is a plain one. */
const SWITCH = 'SEGMENT_STORE_CHAOS';

/** The real client, and what it lets go wrong. */
export interface ChaosClient<S extends string = string> extends SegmentClient<S> {
  /** Whether faults are injected: whether `SEGMENT_STORE_CHAOS` was `on` when the client was created. */
  readonly armed: boolean;
  /** Other rates from now on; `{}` ends every fault. @throws TypeError, RangeError */
  inject(rates: ChaosRates): void;
  /** Faults injected so far, by kind. */
  injected(): Injected;
}

/**
 * A client that meets faults on a share of its requests. Breaker, budget and limit are those of every client of this
 * process with the same origin and key: what these faults do to them, the others feel too.
 * @throws TypeError for a wrong type or an unknown option or rate, RangeError for a value out of range
 */
export function createChaosClient<S extends string = string>(
  options: ClientOptions<NoInfer<S>>,
  rates: ChaosRates,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ChaosClient<S> {
  const resolved = resolveOptions<S>(options);
  const chaos = chaoticPool(resolveRates(rates), systemTime);
  const armed = environment[SWITCH] === 'on';
  const client = createClient(resolved, systemTime, armed ? chaos.around : (pool: HttpPool) => pool);
  return { ...client, armed, inject: (others) => chaos.set(resolveRates(others)), injected: chaos.injected };
}
