/** A copy of sampled lookups to a candidate deployment, compared off the caller's path. */
import { type CustomerId, isCustomerId } from '@segment-store/contract/id';
import { systemTime } from '@segment-store/resilience/time';
import type { Lookup } from './lookup.ts';
import { createPseudonym } from './pseudonym.ts';
import type { SegmentClient } from './reading-client.ts';
import { createCandidate } from './shadow/candidate.ts';
import { resolveShadowOptions, type ShadowOptions } from './shadow/options.ts';
import { createPaced } from './shadow/paced.ts';
import { type Copy, createLedger, type ShadowReport } from './shadow/report.ts';
import { createSample } from './shadow/sample.ts';

export type { ShadowOptions } from './shadow/options.ts';
export type { Mismatch, ShadowReport } from './shadow/report.ts';

/** The client, and what its copies found. */
export interface ShadowedClient<S extends string = string> extends SegmentClient<S> {
  /** What was compared until now. */
  shadow(): ShadowReport;
}

/** Small batches: decoding one must not be felt by a caller. */
const MAX_BATCH = 20;
const MAX_WAITING = 100;

/**
 * `client`, whose lookups are copied to another deployment for comparison, some of them. Every read is the client's own
 * and settles as it would without. Closing it closes both.
 * @throws TypeError for a wrong type or an unknown option, RangeError for a value out of range
 */
export function withShadow<S extends string>(client: SegmentClient<S>, options: ShadowOptions): ShadowedClient<S> {
  const { maxPerSecond, timeoutMs, maxExamples, hashKey, share, ...resolved } = resolveShadowOptions(options);
  const candidate = createCandidate(resolved.candidate, timeoutMs, systemTime);
  const ledger = createLedger(maxExamples, createPseudonym(hashKey));
  const isSampled = createSample(share, Math.random);
  const pace = { perSecond: maxPerSecond, maxBatch: MAX_BATCH, maxWaiting: MAX_WAITING };
  const queue = createPaced<Copy<CustomerId>>(pace, compare, systemTime);

  async function compare(copies: readonly Copy<CustomerId>[]): Promise<void> {
    try {
      ledger.compared(copies, await candidate.ask(copies.map(({ id }) => id)));
    } catch (error) {
      ledger.failed(error, copies.length);
    }
  }

  function copy(id: string, lookup: Lookup<S>): void {
    if (!lookup.ok || !isCustomerId(id)) ledger.unanswered();
    else if (!queue.offer({ id, served: lookup })) ledger.dropped();
  }

  /** Hands on the very promise it was given: there is nothing a copy could delay. */
  function watched<L extends Lookup<S>>(id: string, reading: Promise<L>): Promise<L> {
    if (isSampled()) reading.then((lookup) => copy(id, lookup), ledger.unanswered);
    return reading;
  }

  function watchedAll(reading: Promise<ReadonlyMap<string, Lookup<S>>>): Promise<ReadonlyMap<string, Lookup<S>>> {
    const copies = (lookups: ReadonlyMap<string, Lookup<S>>) => {
      for (const [id, lookup] of lookups) if (isSampled()) copy(id, lookup);
    };
    reading.then(copies, () => 'its caller hears of it');
    return reading;
  }

  async function close(): Promise<void> {
    queue.stop();
    await Promise.all([client.close(), candidate.close().catch(() => 'connections that cannot be closed are gone')]);
  }

  return {
    ...client,
    lookup: (id, callOptions) => watched(id, client.lookup(id, callOptions)),
    lookupOrThrow: (id, callOptions) => watched(id, client.lookupOrThrow(id, callOptions)),
    lookupMany: (ids, callOptions) => watchedAll(client.lookupMany(ids, callOptions)),
    shadow: () => ({ ...ledger.report(), breaker: candidate.breaker.state }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
