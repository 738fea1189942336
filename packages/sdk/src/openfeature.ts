/** A provider for OpenFeature's server SDK: each segment a boolean flag, all segments of a customer one object flag. */
import {
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderFatalError,
  type ResolutionDetails,
} from '@openfeature/server-sdk';
import { createHealth } from './openfeature/health.ts';
import { found, refused, unresolved } from './openfeature/resolution.ts';
import type { SegmentClient } from './reading-client.ts';

/** What a provider can be told. */
export interface SegmentProviderOptions {
  /** How long initialising waits for the service, in milliseconds. Default 2,000. */
  readonly initTimeoutMs?: number | undefined;
  /** Key of the flag that holds all segments of a customer. Default `segments`. */
  readonly listFlag?: string | undefined;
}

/**
 * `create` makes the client when OpenFeature initialises the provider; it is closed with the provider, and another is
 * made when that is set again. The key of a flag is the id of a segment, the targeting key that of a customer.
 */
export function createSegmentProvider(create: () => SegmentClient, options: SegmentProviderOptions = {}): Provider {
  const { initTimeoutMs, listFlag = 'segments' } = options;
  const events = new OpenFeatureEventEmitter();
  const health = createHealth(events);
  let client: SegmentClient | undefined;

  async function initialize(): Promise<void> {
    client ??= made(create);
    const readiness = await client.ready({ timeoutMs: initTimeoutMs });
    health.begins(readiness);
    if (readiness === 'unavailable') throw new Error('the segment service has not answered; reads go on asking');
  }

  /** Runs `read` for the customer of a context, if there is one and a client to ask. */
  async function forCustomer<T>(
    unset: T,
    { targetingKey }: EvaluationContext,
    read: (reader: SegmentClient, customerId: string) => Promise<ResolutionDetails<T>>,
  ): Promise<ResolutionDetails<T>> {
    if (client === undefined) return refused(unset, 'PROVIDER_NOT_READY', 'the provider has no client: it is not set');
    if (targetingKey === undefined)
      return refused(unset, 'TARGETING_KEY_MISSING', 'the targeting key is the customer id');
    return read(client, targetingKey);
  }

  const ofType = async <T>(unset: T, key: string): Promise<ResolutionDetails<T>> =>
    refused(unset, 'TYPE_MISMATCH', key === listFlag ? 'this flag is an object' : 'a segment is a boolean flag');

  return {
    metadata: { name: 'segment-store' },
    runsOn: 'server',
    events,
    initialize,
    async onClose() {
      const closing = client;
      client = undefined;
      await closing?.close();
    },
    resolveBooleanEvaluation: (key, unset, context) =>
      key === listFlag
        ? ofType(unset, key)
        : forCustomer(unset, context, async (reader, customerId) => {
            const membership = health.observed(await reader.checkMember(customerId, key));
            if (!membership.ok) return unresolved(unset, membership.error, customerId);
            return found(membership, membership.member, membership.member ? 'member' : 'not-member');
          }),
    resolveObjectEvaluation: (key, unset, context) =>
      key === listFlag
        ? forCustomer(unset, context, async (reader, customerId) => {
            const lookup = health.observed(await reader.lookup(customerId));
            if (!lookup.ok) return unresolved(unset, lookup.error, customerId);
            const list = [...lookup.segmentIds];
            return isShape(list, unset) ? found(lookup, list, 'segments') : ofType(unset, key);
          })
        : ofType(unset, key),
    resolveStringEvaluation: (key, unset) => ofType(unset, key),
    resolveNumberEvaluation: (key, unset) => ofType(unset, key),
  };
}

/** What the caller's default is, the caller expects; only that it is a list can be told. */
const isShape = <T extends JsonValue>(list: unknown, unset: T): list is T =>
  Array.isArray(list) && Array.isArray(unset);

/** Options that are wrong stay wrong. @throws ProviderFatalError */
function made(create: () => SegmentClient): SegmentClient {
  try {
    return create();
  } catch (error) {
    throw new ProviderFatalError(error instanceof Error ? error.message : String(error));
  }
}
