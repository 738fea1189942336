/** The requests this client makes of the HTTP contract. */
import type { CustomerId, SegmentId } from '@segment-store/contract/id';
import { rejectIfAllFailed } from '@segment-store/resilience/batch';
import type { Call, Operation, Settled } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';
import {
  countIn,
  decodeAnswer,
  decodeAnswers,
  decodeMembership,
  type HttpReply,
  type Intern,
  objectIn,
} from './decode.ts';
import { type Epochs, take } from './epochs.ts';
import { garbled, tried } from './errors.ts';
import type { Answer, MembershipFacts, Reply } from './lookup.ts';
import type { HttpPool } from './pool.ts';
import { VERSION } from './version.ts';

/** Customers one `POST /v1/lookups` may carry. */
export const MAX_LOOKUPS = 100;

export interface Pair {
  readonly customerId: CustomerId;
  readonly segmentId: SegmentId;
}

export interface Api<S extends string> {
  /** One id: GET; more: POST /v1/lookups. */
  readonly segmentsOf: Operation<readonly CustomerId[], Settled<Reply<Answer<S>>>>;
  /** One pair a request. */
  readonly membershipOf: Operation<readonly Pair[], Settled<Reply<MembershipFacts>>>;
  /** Whether the service answers this key; resolves to whether its answer was current. */
  probe(call: Call): Promise<'current' | 'outdated'>;
}

export interface ApiDeps<S extends string> {
  /** Path in front of `/v1`, without a slash at its end. */
  readonly basePath: string;
  readonly apiKey: string | undefined;
  readonly pool: HttpPool;
  readonly intern: Intern<S>;
  readonly epochs: Epochs;
  readonly time: Time;
}

export function createApi<S extends string>({ basePath, apiKey, pool, intern, epochs, time }: ApiDeps<S>): Api<S> {
  const fixed = {
    accept: 'application/json',
    'user-agent': `segment-store-sdk/${VERSION}`,
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  const fixedForJson = { ...fixed, 'content-type': 'application/json' };
  const get = (path: string, call: Call): Promise<HttpReply> =>
    pool.send({ method: 'GET', path: basePath + path, headers: withPatience(fixed, call, time) }, call.signal);
  const post = (path: string, body: string, call: Call): Promise<HttpReply> => {
    const headers = withPatience(fixedForJson, call, time);
    return pool.send({ method: 'POST', path: basePath + path, headers, body }, call.signal);
  };

  /**
   * Passes `decoded` on unless the service has rolled back since: a server that does not know yet, or an answer long on
   * its way, may be of a withdrawn generation. Other servers know, so trying again helps.
   */
  function current<D>(decoded: D, { headers }: HttpReply): D {
    const epoch = countIn(headers, 'segment-epoch');
    const floor = countIn(headers, 'segment-epoch-floor');
    const outdated = headers['segment-stale'] === '?1';
    if (floor > epoch && !outdated) throw garbled(`the floor ${floor} is above the epoch ${epoch} itself`);
    take(epochs, { epoch, floor, outdated }, time.now());
    if (epoch >= epochs.floor) return decoded;
    throw tooOld(epoch, `withdrawn below ${epochs.floor}`);
  }

  /** A server behind a publish has no segment that came with it: its 404 says nothing. */
  function refuseOutdated404(reply: HttpReply): void {
    if (reply.status !== 404 || reply.headers['segment-epoch'] === undefined) return;
    const epoch = current(countIn(reply.headers, 'segment-epoch'), reply);
    if (epoch < epochs.latest) throw tooOld(epoch, `the newest is ${epochs.latest}`);
  }

  async function segmentsOf(ids: readonly CustomerId[], call: Call): Promise<Settled<Reply<Answer<S>>>> {
    const [only] = ids;
    if (only !== undefined && ids.length === 1) {
      const reply = await get(`/v1/customers/${encodeURIComponent(only)}/segments`, call);
      return [{ status: 'fulfilled', value: current(decodeAnswer(only, reply, intern), reply) }];
    }
    const reply = await post('/v1/lookups', JSON.stringify({ customerIds: ids }), call);
    return rejectIfAllFailed(current(decodeAnswers(ids, reply, intern), reply));
  }

  async function membershipOf(pairs: readonly Pair[], call: Call): Promise<Settled<Reply<MembershipFacts>>> {
    const one = async ({ customerId, segmentId }: Pair) => {
      const reply = await get(`/v1/customers/${encodeURIComponent(customerId)}/segments/${segmentId}`, call);
      refuseOutdated404(reply);
      return current(decodeMembership(customerId, segmentId, reply), reply);
    };
    return rejectIfAllFailed(await Promise.allSettled(pairs.map(one)));
  }

  async function probe(call: Call): Promise<'current' | 'outdated'> {
    const reply = await get('/v1/segments?limit=1', call);
    objectIn(reply);
    current(undefined, reply);
    return reply.headers['segment-stale'] === '?1' ? 'outdated' : 'current';
  }

  return { segmentsOf, membershipOf, probe };
}

/** The service may drop work that nobody waits for any more. */
function withPatience<H extends object>(headers: H, { deadlineAt }: Call, time: Time): H {
  if (deadlineAt === Number.POSITIVE_INFINITY) return headers;
  return { ...headers, 'x-request-timeout-ms': String(Math.max(1, Math.round(deadlineAt - time.now()))) };
}

const tooOld = (epoch: number, why: string) =>
  tried('SERVER', `the answer is of epoch ${epoch}, ${why}`, { retryable: true });
