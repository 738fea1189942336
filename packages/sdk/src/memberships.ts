/** Reading one membership: from the customer's answer where that decides, else from the membership endpoint. */
import { isCustomerId, isSegmentId } from '@segment-store/contract/id';
import type { Entry } from '@segment-store/resilience/cached';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import type { Pair } from './api.ts';
import { type CallOptions, fallbackOf, withCall } from './call-options.ts';
import {
  type Answer,
  decides,
  type LookupError,
  type Membership,
  type MembershipFacts,
  type Reply,
  type ServedFrom,
  servedFrom,
} from './lookup.ts';
import { endedBy, type ReadDeps, refusal } from './reads.ts';
import type { Sources } from './sources.ts';
import { counted } from './stats.ts';

export type CheckMember<S extends string> = (id: string, segment: S, options?: CallOptions<S>) => Promise<Membership>;

type Kept = Entry<Reply<MembershipFacts>>;

export function createCheckMember<S extends string>(
  { segments, members }: Pick<Sources<S>, 'segments' | 'members'>,
  { fallback, deadlineMs, time, tally, hold, life }: ReadDeps<S>,
): CheckMember<S> {
  const told = (kept: Kept, from: ServedFrom, error?: LookupError): Membership =>
    counted(tally, membership(kept, from, error));
  const fell = (error: LookupError, segment: S, options?: CallOptions<S>): Membership =>
    counted(tally, {
      ok: false,
      member: fallbackOf(options, fallback).includes(segment),
      servedFrom: 'fallback',
      error,
    });

  /** Asking for the whole answer first is no detour: such requests travel together, and the next pair may be in it. */
  async function find(pair: Pair, { signal, deadlineAt }: Call): Promise<Kept> {
    const call = { signal, deadlineAt: Math.min(deadlineAt, time.now() + deadlineMs) }; // one, for both requests
    if (members.peek(pair) !== undefined) return members.ask(pair, call);
    const answer = deduced(await segments.ask(pair.customerId, call), pair.segmentId);
    return answer ?? members.ask(pair, call);
  }

  async function ask(pair: Pair, segment: S, options?: CallOptions<S>): Promise<Membership> {
    try {
      const kept = await withCall(options, time, (call) => find(pair, call));
      if (kept.error === undefined) return told(kept, servedFrom(kept, true));
      const error = endedBy(kept.error, life);
      // "There is no such segment" is an answer: nothing kept is truer.
      return error.code === 'UNKNOWN_SEGMENT' ? fell(error, segment, options) : told(kept, 'stale', error);
    } catch (error) {
      return fell(endedBy(error, life), segment, options);
    }
  }

  return async (id, segment, options) => {
    if (life.closed) return fell(refusal('CLOSED'), segment, options);
    if (!isCustomerId(id) || !isSegmentId(segment)) return fell(refusal('INVALID_ID'), segment, options);
    const answer = deduced(segments.peek(id), segment);
    if (answer?.freshness === 'fresh') return told(answer, 'cache');
    if (answer?.freshness === 'stale') {
      segments.ask(id, unlimited).catch(() => 'asked only to refresh');
      return told(answer, 'stale');
    }
    const pair = { customerId: id, segmentId: segment };
    const kept = members.peek(pair);
    return kept?.freshness === 'fresh' ? told(kept, 'cache') : hold.during(ask(pair, segment, options));
  };
}

/** What an answer says of one segment, where it decides: an incomplete one can say yes, not no. */
function deduced(entry: Entry<Reply<Answer>> | undefined, segment: string): Kept | undefined {
  if (entry === undefined) return undefined;
  const { epoch, ageMs, outdated, known, generation, computedAt } = entry.value;
  const member = decides(entry.value, segment);
  if (member === undefined) return undefined;
  return { ...entry, value: { epoch, ageMs, outdated, member, known, generation, computedAt } };
}

function membership({ value, ageMs }: Kept, from: ServedFrom, error: LookupError | undefined): Membership {
  const { member, known, generation, computedAt } = value;
  return {
    ok: true,
    member,
    servedFrom: from,
    ageMs: ageMs + value.ageMs,
    known,
    generation,
    computedAt,
    ...(error === undefined ? {} : { error }),
  };
}
