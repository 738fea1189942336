/** The candidate deployment: connections, breaker and epochs of its own, so that nothing of it reaches the client's. */
import type { CustomerId } from '@segment-store/contract/id';
import { type CircuitBreaker, circuitBreaker, createCircuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { deadline } from '@segment-store/resilience/deadline';
import { atFailureRate } from '@segment-store/resilience/opening';
import { type Settled, stack, unlimited } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';
import { createApi } from '../api.ts';
import { createCredential } from '../credential.ts';
import { createEpochs } from '../epochs.ts';
import type { Answer } from '../lookup.ts';
import type { ResolvedOptions } from '../options.ts';
import { createPool } from '../pool.ts';

export interface Candidate {
  readonly breaker: Pick<CircuitBreaker, 'state'>;
  /** One request for all. Rejects when all failed. */
  ask(ids: readonly CustomerId[]): Promise<Settled<Answer>>;
  /** Cuts its connections. */
  close(): Promise<void>;
}

/** It is asked a few times a second: the client's breaker would need minutes to see that it is down. */
const SAMPLES = { minimumThroughput: 3, windowMs: 30_000 };

export function createCandidate(
  { origin, basePath, apiKey }: Pick<ResolvedOptions, 'origin' | 'basePath' | 'apiKey'>,
  timeoutMs: number,
  time: Time,
): Candidate {
  const pool = createPool(origin);
  const credential = createCredential(apiKey, time);
  const intern = <S extends string>(segmentIds: readonly S[]) => segmentIds;
  const api = createApi({ basePath, credential, pool, intern, epochs: createEpochs(), time });
  const breaker = createCircuitBreaker(atFailureRate(SAMPLES, time), {}, time);
  const send = stack([circuitBreaker(breaker), deadline(timeoutMs, time)], api.segmentsOf);
  return { breaker, ask: (ids) => send(ids, unlimited), close: pool.destroy };
}
