/**
 * `GET /v1/customers/{customerId}/segments`: one handler without middleware. An answer in L1 leaves synchronously, as
 * bytes and a plain object of headers; a middleware that sets a header costs a third of the throughput.
 */
import { isCustomerId } from '@segment-store/contract/id';
import { unlimited } from '@segment-store/resilience/operation';
import { storeUnavailable } from './errors.ts';
import type { Context, Handler } from './handler.ts';
import { noCustomerId } from './ids.ts';
import { segmentOf } from './lookup/catalogue.ts';
import { checkComplements } from './lookup/complements.ts';
import type { Pin } from './lookup/pin.ts';
import type { Query } from './lookup/read-path.ts';
import { reply } from './lookup/reply.ts';
import { NO_FILTERS, toSelection } from './lookup/select.ts';
import type { Serving } from './lookup/serving.ts';
import { deadlineOf } from './middleware/request-timeout.ts';
import type { Requests } from './middleware/validate.ts';

export function hotRoute(serving: Serving, requests: Requests): Handler {
  return (context) => {
    const customerId = context.req.param('customerId') ?? '';
    if (!isCustomerId(customerId)) throw noCustomerId('customerId of the path', customerId);
    if (!context.req.url.includes('?')) {
      return answerOne(serving, context, { view: 'ids', customerId, filters: NO_FILTERS });
    }
    const { view = 'ids', ...values } = requests.customerSegments(searchOf(context));
    const selection = toSelection(values);
    checkComplements(pinOf(serving).reader.catalogue, selection);
    return answerOne(serving, context, { view, customerId, ...selection });
  };
}

export function searchOf({ req }: Context): URLSearchParams {
  const at = req.url.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : req.url.slice(at));
}

export function pinOf(serving: Serving): Pin {
  const { pin } = serving;
  if (pin !== undefined) return pin;
  const { state } = serving;
  throw storeUnavailable(state.state === 'starting' ? state.why : 'the server is about to stop');
}

/** Synchronous for what is kept; of a generation before, it is asked for anew behind the answer. */
export function answerOne(serving: Serving, context: Context, query: Query): Response | Promise<Response> {
  const deadlineAt = deadlineOf(context);
  const pin = pinOf(serving);
  if (query.view === 'membership') segmentOf(pin, query.segmentId);
  const hit = pin.path.peek(query);
  if (hit === undefined || hit.freshness === 'expired') return answerMiss(serving, context, { pin, query, deadlineAt });
  if (hit.freshness === 'stale') void pin.path.ask(query, unlimited);
  return reply(hit, { pin, now: pin, ifNoneMatch: ifNoneMatch(context) });
}

interface Asked {
  readonly pin: Pin;
  readonly query: Query;
  readonly deadlineAt: number;
}

async function answerMiss(serving: Serving, context: Context, asked: Asked): Promise<Response> {
  const { pin, query, deadlineAt } = asked;
  const startedAt = performance.now();
  const entry = await pin.path.ask(query, { deadlineAt, signal: context.req.raw.signal });
  const waitedMs = performance.now() - startedAt;
  if (serving.isWithdrawn(pin)) return answerOne(serving, context, query);
  return reply(entry, { pin, now: pinOf(serving), ifNoneMatch: ifNoneMatch(context), waitedMs });
}

/** Node's own headers: the request's `Headers` would be built for this one alone. */
function ifNoneMatch({ env, req }: Context): string | undefined {
  return env?.incoming ? env.incoming.headers['if-none-match'] : req.header('if-none-match');
}
