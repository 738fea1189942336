/** The only file that imports the Elasticsearch client: one request, one answer, failures in the words of the port. */
import { Client, errors, Serializer } from '@elastic/elasticsearch';
import { deadline } from '@segment-store/resilience/deadline';
import type { Call } from '@segment-store/resilience/operation';
import { errorType, isElasticsearch, notElasticsearch, type Refused, toFailure } from './failures.ts';

interface Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: object;
  /** NDJSON. */
  readonly bulk?: Buffer;
  /** Of `bulk`; default: none. */
  readonly encoding?: 'gzip';
  readonly timeoutMs: number;
  /** Answers of these statuses are no failures. */
  readonly accept?: readonly number[];
  /** Elasticsearch's own words would quote customers: leave them out of messages. */
  readonly isPrivate?: boolean;
}

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

export interface Connection extends AsyncDisposable {
  /** Without credentials. */
  readonly url: string;
  /** UNAVAILABLE (retryable), DENIED, UNSUPPORTED, or CONFLICT for any other refusal. */
  send<T>(request: Request, call: Call): Promise<Answer<T>>;
}

/** Requests by what they wait for; the client itself would wait for ever. */
export const TIMEOUT_MS = { read: 5_000, control: 10_000, bulk: 30_000, seal: 120_000 } as const;

export const TOO_LARGE = 413;

/** Nearly every bulk answer says only this: not parsing it is most of a load's client time. */
const NO_ERRORS = '{"errors":false';

class BulkSerializer extends Serializer {
  override deserialize<T>(json: string): T {
    return super.deserialize<T>(json.startsWith(NO_ERRORS) ? `${NO_ERRORS}}` : json);
  }
}

export function connect(url: URL): Connection {
  // The client's timeout and retries would act on the caller's signal and past its deadline: ours do instead.
  const client = new Client({ node: url.href, maxRetries: 0, Serializer: BulkSerializer });
  const name = `${url.protocol}//${url.host}${url.pathname.replace(/\/$/, '')}`;
  const send = async <T>(request: Request, { signal }: Call): Promise<Answer<T>> => {
    const { method, path, query, body, bulk, encoding, accept } = request;
    const params = { method, path, ...(query && { querystring: { ...query } }), ...bodyOf(body, bulk) };
    const headers = encoding === undefined ? {} : { headers: { 'content-encoding': encoding } };
    const options = { signal, meta: true as const, ignore: [...(accept ?? [])], ...headers };
    const ask = () => client.transport.request<T>(params, options);
    const answer = await ask().catch((error) => {
      if (!mayBeRepeated(request) || !isHungUp(error)) throw error;
      return ask();
    });
    // What is too large is refused before Elasticsearch itself sees it: without its header, without a body.
    const isItself = isElasticsearch(answer.headers) || answer.statusCode === TOO_LARGE;
    if (!isItself) throw notElasticsearch(name, answer);
    return { status: answer.statusCode, body: answer.body };
  };
  return {
    url: name,
    async send<T>(request: Request, call: Call) {
      try {
        const bounded = deadline(request.timeoutMs)<Request, Answer<T>>(send);
        return await bounded(request, call);
      } catch (error) {
        if (call.signal.aborted) throw error;
        throw toFailure(refused(error), { name, request });
      }
    },
    async [Symbol.asyncDispose]() {
      await client.close();
    },
  };
}

/** What Elasticsearch called its refusal, of a failure that `send` rejected with. */
export function refusalOf(failure: unknown): { readonly status: number; readonly type: string } | undefined {
  const cause = failure instanceof Error ? failure.cause : undefined;
  if (!(cause instanceof errors.ResponseError)) return undefined;
  return { status: cause.statusCode ?? 0, type: errorType(cause.body) };
}

/** Only reads: of what writes, the one who asked must know that it may have been done. */
const READS = /\/_(mget|search|msearch|count)$/;
const mayBeRepeated = ({ method, path }: Request): boolean => method === 'GET' || method === 'HEAD' || READS.test(path);

/** Whoever is between us ends connections that were not used for a while, and may do so just as a request leaves. */
function isHungUp(error: unknown): boolean {
  return error instanceof errors.ConnectionError && /other side closed|ECONNRESET|EPIPE/.test(error.message);
}

function bodyOf(body: object | undefined, bulk: Buffer | undefined) {
  if (bulk !== undefined) return { bulkBody: bulk };
  return body === undefined ? {} : { body };
}

/** What the client throws, as far as it matters. */
function refused(error: unknown): Refused {
  if (error instanceof errors.ResponseError || error instanceof errors.ProductNotSupportedError) {
    const { statusCode = 0, headers = {}, body } = error.meta ?? {};
    return { kind: 'status', status: statusCode, headers, body, error };
  }
  if (error instanceof errors.ConnectionError || error instanceof errors.NoLivingConnectionsError) {
    return { kind: 'connection', error };
  }
  if (error instanceof errors.DeserializationError) return { kind: 'not JSON', error };
  return { kind: 'other', error };
}
