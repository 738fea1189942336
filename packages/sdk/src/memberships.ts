/** Reading one membership: from the customer's answer where that decides, else from the membership endpoint. */
import { isCustomerId, isSegmentId } from '@segment-store/contract/id';
import type { Entry } from '@segment-store/resilience/cached';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import type { Pair } from './api.ts';
import { type CallOptions, fallbackOf, withCall } from './call-options.ts';
import { fallenBack } from './fallback.ts';
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
  { fallback, deadlineMs, time, tally, events, hold, life }: ReadDeps<S>,
): CheckMember<S> {
  interface Asked {
    readonly id: string;
    readonly segment: S;
    readonly options: CallOptions<S> | undefined;
  }

  function answered(answer: Membership): Membership {
    events.answered('membership', answer);
    return counted(tally, answer);
  }

  const told = (kept: Kept, from: ServedFrom, error?: LookupError): Membership =>
    answered(membership(kept, from, error));

  async function fell(error: LookupError, { id, segment, options }: Asked, until: number): Promise<Membership> {
    const segmentIds = await fallenBack(fallbackOf(options, fallback), { customerId: id, error }, until, time);
    return answered({ ok: false, member: segmentIds.includes(segment), servedFrom: 'fallback', error });
  }

  /** Asking for the whole answer first is no detour: such requests travel together, and the next pair may be in it. */
  async function find(pair: Pair, call: Call): Promise<Kept> {
    if (members.peek(pair) !== undefined) return members.ask(pair, call);
    const answer = deduced(await segments.ask(pair.customerId, call), pair.segmentId);
    return answer ?? members.ask(pair, call);
  }

  async function ask(pair: Pair, asked: Asked, given: Call): Promise<Membership> {
    const call = { ...given, deadlineAt: Math.min(given.deadlineAt, time.now() + deadlineMs) }; // one, for both requests
    try {
      const kept = await find(pair, call);
      if (kept.error === undefined) return told(kept, servedFrom(kept, true));
      const error = endedBy(kept.error, life);
      // "There is no such segment" is an answer: nothing kept is truer.
      return error.code === 'UNKNOWN_SEGMENT'
        ? fell(error, asked, call.deadlineAt)
        : told(kept, servedFrom(kept, false), error);
    } catch (error) {
      return fell(endedBy(error, life), asked, call.deadlineAt);
    }
  }

  const refuse = (code: 'CLOSED' | 'INVALID_ID', asked: Asked) => fell(refusal(code), asked, time.now() + deadlineMs);

  return async (id, segment, options) => {
    if (life.closed) return refuse('CLOSED', { id, segment, options });
    if (!isCustomerId(id) || !isSegmentId(segment)) return refuse('INVALID_ID', { id, segment, options });
    const answer = deduced(segments.peek(id), segment);
    if (answer?.freshness === 'fresh') return told(answer, 'cache');
    if (answer?.freshness === 'stale') {
      segments.ask(id, unlimited).catch(() => {}); // asked only to refresh
      return told(answer, servedFrom(answer, false));
    }
    const pair = { customerId: id, segmentId: segment };
    const kept = members.peek(pair);
    if (kept?.freshness === 'fresh') return told(kept, 'cache');
    const asking = (call: Call) => ask(pair, { id, segment, options }, call);
    return hold.during(events.asking('membership', () => withCall(options, time, asking)));
  };
}

/** What an answer says of one segment, where it decides: an incomplete one can say yes, not no. */
function deduced(entry: Entry<Reply<Answer>> | undefined, segment: string): Kept | undefined {
  if (entry === undefined) return undefined;
  const { epoch, ageMs, outdated, bootstrap = false, known, generation, computedAt } = entry.value;
  const member = decides(entry.value, segment);
  if (member === undefined) return undefined;
  return { ...entry, value: { epoch, ageMs, outdated, bootstrap, member, known, generation, computedAt } };
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
