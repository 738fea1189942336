/** The requests this client makes of the HTTP contract. */
import type { CustomerId, SegmentId } from '@segment-store/contract/id';
import { rejectIfAllFailed } from '@segment-store/resilience/batch';
import type { Call, Operation, Settled } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';
import type { Credential } from './credential.ts';
import { decodeAnswer, decodeAnswers, decodeMembership, type HttpReply, type Intern, objectIn } from './decode.ts';
import { believe, believe404, type Epochs } from './epochs.ts';
import { tried } from './errors.ts';
import type { HttpPool } from './http.ts';
import type { Answer, MembershipFacts, Reply } from './lookup.ts';
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
  readonly credential: Credential;
  readonly pool: HttpPool;
  readonly intern: Intern<S>;
  readonly epochs: Epochs;
  readonly time: Time;
}

const FIXED = { accept: 'application/json', 'user-agent': `segment-store-sdk/${VERSION}` };

export function createApi<S extends string>({ basePath, credential, pool, intern, epochs, time }: ApiDeps<S>): Api<S> {
  async function send(path: string, call: Call, body?: string): Promise<HttpReply> {
    const held = credential.key(call);
    const key = typeof held === 'object' ? await held : held;
    const headers: Record<string, string> = { ...FIXED };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (key !== undefined) headers.authorization = `Bearer ${key}`;
    if (call.traceparent !== undefined) headers.traceparent = call.traceparent;
    // The service may drop work that nobody waits for any more.
    const leftMs = call.deadlineAt - time.now();
    if (leftMs < Number.POSITIVE_INFINITY) headers['x-request-timeout-ms'] = String(Math.max(1, Math.round(leftMs)));
    const asked = { path: basePath + path, headers };
    const reply = await pool.send(
      body === undefined ? { method: 'GET', ...asked } : { method: 'POST', body, ...asked },
      call.signal,
    );
    if ((reply.status === 401 || reply.status === 403) && credential.refused(key)) throw keyRefused(reply.status);
    return reply;
  }

  const current = <D>(decoded: D, { headers }: HttpReply): D => {
    believe(headers, epochs, time.now());
    return decoded;
  };

  async function segmentsOf(ids: readonly CustomerId[], call: Call): Promise<Settled<Reply<Answer<S>>>> {
    const [only] = ids;
    if (only !== undefined && ids.length === 1) {
      const reply = await send(`/v1/customers/${encodeURIComponent(only)}/segments`, call);
      return [{ status: 'fulfilled', value: current(decodeAnswer(only, reply, intern), reply) }];
    }
    const reply = await send('/v1/lookups', call, JSON.stringify({ customerIds: ids }));
    return rejectIfAllFailed(current(decodeAnswers(ids, reply, intern), reply));
  }

  async function membershipOf(pairs: readonly Pair[], call: Call): Promise<Settled<Reply<MembershipFacts>>> {
    const one = async ({ customerId, segmentId }: Pair) => {
      const reply = await send(`/v1/customers/${encodeURIComponent(customerId)}/segments/${segmentId}`, call);
      if (reply.status === 404) believe404(reply.headers, epochs, time.now());
      return current(decodeMembership(customerId, segmentId, reply), reply);
    };
    return rejectIfAllFailed(await Promise.allSettled(pairs.map(one)));
  }

  async function probe(call: Call): Promise<'current' | 'outdated'> {
    const reply = await send('/v1/segments?limit=1', call);
    objectIn(reply);
    current(undefined, reply);
    return reply.headers['segment-stale'] === '?1' ? 'outdated' : 'current';
  }

  return { segmentsOf, membershipOf, probe };
}

/** The key is read again before the next try, which may be at once. */
const keyRefused = (status: number) =>
  tried('UNAUTHORIZED', `the service answered ${status}`, { retryable: true, pushback: true });
