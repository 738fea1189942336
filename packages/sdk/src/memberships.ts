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

type Kept = Entry<Reply<MembershipFacts>>;

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
    const answer = deduced(answers.get(id), segment);
    if (answer?.freshness === 'fresh') return told(membership(answer, 'cache'));
    const kept = isCustomerId(id) ? members.peek({ customerId: id, segmentId: segment }) : undefined;
    return kept?.freshness === 'fresh' ? told(membership(kept, 'cache')) : undefined;
  }

  /** Asking for the whole answer first is no detour: such requests travel together, and the next pair may be in it. */
  async function find(pair: Pair, call: Call): Promise<Kept> {
    const known = deduced(segments.peek(pair.customerId), pair.segmentId);
    if (known === undefined && members.peek(pair) !== undefined) return members.ask(pair, call);
    const answer = deduced(await segments.ask(pair.customerId, call), pair.segmentId);
    return answer ?? members.ask(pair, call);
  }

  async function ask(pair: Pair, call: Call, missed: MissedPair<S>): Promise<Membership> {
    try {
      const kept = await find(pair, { ...call, deadlineAt: missed.until }); // one, for both requests
      if (kept.error === undefined) return told(membership(kept, servedFrom(kept, true)));
      const error = endedBy(kept.error, life);
      // "There is no such segment" is an answer: nothing kept is truer.
      if (error.code === 'UNKNOWN_SEGMENT') return fell(error, missed);
      return told({ ...membership(kept, servedFrom(kept, false)), error });
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
function deduced(entry: Entry<Reply<Answer>> | undefined, segment: string): Kept | undefined {
  if (entry === undefined) return undefined;
  const { epoch, ageMs, outdated, bootstrap = false, known, generation, computedAt } = entry.value;
  const member = decides(entry.value, segment);
  if (member === undefined) return undefined;
  return { ...entry, value: { epoch, ageMs, outdated, bootstrap, member, known, generation, computedAt } };
}

function membership({ value, ageMs }: Kept, from: ServedFrom): Membership & { ok: true } {
  const { member, known, generation, computedAt } = value;
  return {
    ok: true,
    member,
    servedFrom: from,
    ageMs: ageMs + value.ageMs,
    known,
    generation,
    computedAt,
  };
}
