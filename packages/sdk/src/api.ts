/** The requests this client makes of the HTTP contract. */
import type { CustomerId, SegmentId } from '@segment-store/contract/id';
import { rejectIfAllFailed } from '@segment-store/resilience/batch';
import type { Call, Operation, Settled } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';
import { decodeAnswer, decodeAnswers, decodeMembership, type HttpReply, type Intern, objectIn } from './decode.ts';
import { believe, believe404, type Epochs } from './epochs.ts';
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

  const current = <D>(decoded: D, { headers }: HttpReply): D => {
    believe(headers, epochs, time.now());
    return decoded;
  };

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
      if (reply.status === 404) believe404(reply.headers, epochs, time.now());
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
