/** One wire try: HTTP over a private pool. The only file that imports undici, and only when it is first needed. */
import { type Failure, isFailure } from '@segment-store/resilience/failure';
import type { Dispatcher, Pool } from 'undici';
import type { HttpReply } from './decode.ts';
import { garbled, tried } from './errors.ts';
import { type HttpPool, type HttpRequest, MAX_REPLY_BYTES } from './http.ts';

/** Each carries one request at a time: as many as the limit may ever let through, so that none queues here. */
export const CONNECTIONS = 64;

const POOL_OPTIONS = {
  connections: CONNECTIONS,
  pipelining: 1,
  allowH2: false,
  connectTimeout: 1_000,
  // The attempt's deadline is the only authority; undici's own timers are a second coarse.
  headersTimeout: 0,
  bodyTimeout: 0,
  // Below every server's own, so that a reused connection is not one the server is just closing.
  keepAliveTimeout: 4_000,
  maxResponseSize: MAX_REPLY_BYTES,
};

/** A connection in use all the time is replaced all the same: its name is resolved again, so a service that moved is found. */
const CONNECTION_LIFE_MS = 5 * 60_000;

export function createPool(origin: string, connectionLifeMs: number = CONNECTION_LIFE_MS): HttpPool {
  let opening: Promise<Pool> | undefined;
  const open = () => {
    opening ??= openPool(origin, connectionLifeMs);
    return opening;
  };
  return {
    async send(request, signal) {
      const pool = await open();
      if (signal.aborted) throw signal.reason;
      return exchange(pool, request, signal);
    },
    async warm() {
      await open();
    },
    async destroy() {
      if (opening !== undefined) await (await opening).destroy();
    },
  };
}

async function openPool(origin: string, clientTtl: number): Promise<Pool> {
  const { default: PoolOf } = await import('undici/lib/dispatcher/pool.js');
  return new PoolOf(origin, { ...POOL_OPTIONS, clientTtl });
}

/** Not undici's `request`, which makes a stream of every reply and costs a quarter more. */
function exchange(pool: Pool, asked: HttpRequest, signal: AbortSignal): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let headers: HttpReply['headers'] = {};
    const chunks: Buffer[] = [];
    const leave = () => controller?.abort(signal.reason);
    const over = () => signal.removeEventListener('abort', leave);
    signal.addEventListener('abort', leave);
    pool.dispatch(asked, {
      onRequestStart(started) {
        controller = started;
        if (signal.aborted) leave();
      },
      onResponseStart(started, statusCode, fields) {
        if (statusCode < 200) return;
        status = statusCode;
        headers = fields;
        // Megabytes would keep the event loop from every timer.
        if (Number(fields['content-length']) > MAX_REPLY_BYTES) started.abort(tooLarge());
      },
      onResponseData(_, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        over();
        resolve({ status, headers, text: Buffer.concat(chunks).toString() });
      },
      onResponseError(_, error) {
        over();
        reject(signal.aborted ? signal.reason : wireFailure(error, status > 0));
      },
    });
  });
}

/** Our limit, so no fault of the service: a few heavy customers must not open the circuit for everyone. */
const tooLarge = (cause?: unknown) => tried('PROTOCOL', 'the reply exceeds 16 MiB', { cause });

function wireFailure(error: Error & { readonly code?: string }, answered: boolean): Failure {
  if (isFailure(error)) return error;
  const { name, code = name } = error;
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return tooLarge(error);
  if (name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW') return garbled('form', error);
  const fault = code !== 'UND_ERR_DESTROYED'; // which is the client's own doing: it was closed
  // Once an answer has begun, the service has done the work: a second try doubles it.
  return tried('NETWORK', `connection failed (${code})`, { fault, retryable: fault && !answered, cause: error });
}
