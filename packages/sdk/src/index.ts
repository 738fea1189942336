/** The public names. */
import { createClient } from './client.ts';
import { type ClientOptions, resolveOptions } from './options.ts';
import type { SegmentClient } from './reading-client.ts';

export type { Bootstrap, KeptAnswer } from './bootstrap.ts';
export type { CallOptions } from './call-options.ts';
export type { ApiKey } from './credential.ts';
export { SegmentLookupError } from './errors.ts';
export type { BreakerEvent, LimitEvent, LookupEvent, RefreshEvent } from './events.ts';
export type { FailedRead, Fallback } from './fallback.ts';
export type { Hedging } from './hedging.ts';
export type { Answer, ErrorCode, Lookup, LookupError, Membership, MembershipFacts, ServedFrom } from './lookup.ts';
export type { ClientOptions } from './options.ts';
export type { FoundLookup, SegmentClient } from './reading-client.ts';
export type { Readiness, ReadyOptions } from './ready.ts';
export type { ClientStats } from './stats.ts';

/**
 * A client of the segment service. Opens no connection before the first read or `ready`. `S` names the segments the
 * caller asks about; the service may answer others.
 * @throws TypeError for a wrong type or an unknown option, RangeError for a value out of range
 */
export function createSegmentClient<S extends string = string>(options: ClientOptions<NoInfer<S>>): SegmentClient<S> {
  return createClient(resolveOptions(options));
}
