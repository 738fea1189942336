/** Reading one membership: from the customer's answer where that decides, else from the membership endpoint. */
import { isCustomerId, isSegmentId } from '@segment-store/contract/id';
import type { Entry } from '@segment-store/resilience/cached';
import type { Call } from '@segment-store/resilience/operation';
import type { Pair } from './api.ts';
import { type CallOptions, fallbackOf, withCall } from './call-options.ts';
import { fallenBack, type Missed } from './fallback.ts';
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
import { endedBy, endOf, type ReadDeps, refusal, telling } from './reads.ts';
import type { Sources } from './sources.ts';

export type CheckMember<S extends string> = (id: string, segment: S, options?: CallOptions<S>) => Promise<Membership>;

/** A membership, and what says so. */
interface Found {
  readonly entry: Entry<Reply<Omit<MembershipFacts, 'member'>>>;
  readonly member: boolean;
}

interface MissedPair<S extends string> extends Missed<S> {
  readonly segment: S;
}

export function createCheckMember<S extends string>(
  { segments, kept: answers, members }: Pick<Sources<S>, 'segments' | 'kept' | 'members'>,
  deps: ReadDeps<S>,
): CheckMember<S> {
  const { fallback, time, events, hold, life } = deps;
  const told = telling('membership', deps);

  async function fell(error: LookupError, missed: MissedPair<S>): Promise<Membership> {
    const segmentIds = await fallenBack(error, missed, time);
    return told({ ok: false, member: segmentIds.includes(missed.segment), servedFrom: 'fallback', error });
  }

  /** What needs no asking; undefined when there is none. */
  function fresh(id: string, segment: string): Membership | undefined {
    if (life.closed || !isSegmentId(segment)) return undefined;
    const answer = answers.get(id);
    const found = answer?.freshness === 'fresh' ? deduced(answer, segment) : undefined;
    if (found !== undefined) return told(membership(found, 'cache'));
    const kept = isCustomerId(id) ? members.peek({ customerId: id, segmentId: segment }) : undefined;
    return kept?.freshness === 'fresh' ? told(membership(said(kept), 'cache')) : undefined;
  }

  /** Asking for the whole answer first is no detour: such requests travel together, and the next pair may be in it. */
  async function find(pair: Pair, call: Call): Promise<Found> {
    const { customerId, segmentId } = pair;
    const kept = segments.peek(customerId);
    const isKept = kept !== undefined && deduced(kept, segmentId) !== undefined;
    const isAsked = isKept || members.peek(pair) === undefined;
    const found = isAsked ? deduced(await segments.ask(customerId, call), segmentId) : undefined;
    return found ?? said(await members.ask(pair, call));
  }

  async function ask(pair: Pair, call: Call, missed: MissedPair<S>): Promise<Membership> {
    try {
      const found = await find(pair, { ...call, deadlineAt: missed.until }); // one, for both requests
      const { entry } = found;
      if (entry.error === undefined) return told(membership(found, servedFrom(entry, true)));
      const error = endedBy(entry.error, life);
      // "There is no such segment" is an answer: nothing kept is truer.
      if (error.code === 'UNKNOWN_SEGMENT') return fell(error, missed);
      return told({ ...membership(found, servedFrom(entry, false)), error });
    } catch (error) {
      return fell(endedBy(error, life), missed);
    }
  }

  function read(call: Call, missed: MissedPair<S>): Promise<Membership> {
    const { id, segment } = missed;
    if (life.closed) return fell(refusal('CLOSED'), missed);
    if (!isCustomerId(id) || !isSegmentId(segment)) return fell(refusal('INVALID_ID'), missed);
    return hold.during(events.asking('membership', () => ask({ customerId: id, segmentId: segment }, call, missed)));
  }

  return async (id, segment, options) =>
    fresh(id, segment) ??
    withCall(options, time, (call) =>
      read(call, { id, segment, instead: fallbackOf(options, fallback), until: endOf(call, deps) }),
    );
}

/** What an answer says of one segment, where it decides: an incomplete one can say yes, not no. */
function deduced(entry: Entry<Reply<Answer>>, segment: string): Found | undefined {
  const member = decides(entry.value, segment);
  return member === undefined ? undefined : { entry, member };
}

const said = (entry: Entry<Reply<MembershipFacts>>): Found => ({ entry, member: entry.value.member });

function membership({ entry: { value, ageMs }, member }: Found, from: ServedFrom): Membership & { ok: true } {
  const { known, generation, computedAt } = value;
  return { ok: true, member, servedFrom: from, ageMs: ageMs + value.ageMs, known, generation, computedAt };
}
