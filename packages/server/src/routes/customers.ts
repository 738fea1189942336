/** One membership, and lookups of many customers. */
import { type CustomerId, isCustomerId, isSegmentId, type RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import { problemOf } from '../errors.ts';
import type { Route } from '../handler.ts';
import { answerOne, pinOf, searchOf } from '../hot-route.ts';
import { noCustomerId, noSegmentId } from '../ids.ts';
import { NO_SNIFF } from '../json.ts';
import { readJson } from '../json-body.ts';
import { checkComplements } from '../lookup/complements.ts';
import { type OneGeneration, oneGeneration } from '../lookup/one-generation.ts';
import type { Encoded, Query, Selection } from '../lookup/read-path.ts';
import { generationHeaders } from '../lookup/reply.ts';
import { toSelection } from '../lookup/select.ts';
import type { Serving } from '../lookup/serving.ts';
import { deadlineOf } from '../middleware/request-timeout.ts';
import type { Requests } from '../middleware/validate.ts';

export interface CustomerDeps {
  readonly serving: Serving;
  readonly requests: Requests;
  report(error: unknown): void;
}

export function customerRoutes(route: Route, deps: CustomerDeps): void {
  const { serving, requests } = deps;

  route('getMembership', (context) => {
    const { customerId = '', segmentId = '' } = context.req.param();
    if (!isCustomerId(customerId)) throw noCustomerId('customerId of the path', customerId);
    if (!isSegmentId(segmentId)) throw noSegmentId('segmentId of the path');
    requests.noQuery(searchOf(context));
    return answerOne(serving, context, { view: 'membership', customerId, segmentId });
  });

  route('lookupMany', async (context, permit) => {
    const deadlineAt = deadlineOf(context);
    const { customerIds, filter, include } = requests.lookups(await readJson(context));
    requests.noQuery(searchOf(context));
    permit.spend(customerIds.length - 1);
    const call = { deadlineAt, signal: context.req.raw.signal };
    return answerMany({ customerIds, selection: toSelection({ ...filter, include }) }, deps, call);
  });
}

interface Asked {
  readonly customerIds: readonly string[];
  readonly selection: Selection;
}

/** All items come from the generation that the headers name, as long as the store answers. */
async function answerMany(asked: Asked, deps: CustomerDeps, call: Call): Promise<Response> {
  const { customerIds, selection } = asked;
  const { serving, report } = deps;
  const pin = pinOf(serving);
  checkComplements(pin.reader.catalogue, selection);
  const startedAt = performance.now();
  const toQuery = (customerId: CustomerId): Query => ({ view: 'ids', customerId, ...selection });
  const source = oneGeneration(customerIds.filter(isCustomerId).map(toQuery), pin);
  const items = await Promise.all(customerIds.map((id, index) => item(id, { index, source, toQuery, call, report })));
  if (serving.isWithdrawn(pin)) return answerMany(asked, deps, call);
  const headers = {
    'Content-Type': 'application/json',
    ...NO_SNIFF,
    ...generationHeaders(pin, pinOf(serving), source.run),
    ...(items.some(({ run = source.run }) => run !== source.run) && { 'Segment-Stale': '?1' }),
    'Cache-Control': 'no-store',
    'Server-Timing': `read;dur=${(performance.now() - startedAt).toFixed(1)}`,
  };
  return new Response(`{"items":[${items.map(({ json }) => json).join(',')}]}`, { headers });
}

interface ItemOptions {
  readonly index: number;
  readonly source: OneGeneration;
  toQuery(customerId: CustomerId): Query;
  readonly call: Call;
  report(error: unknown): void;
}

interface Item {
  readonly json: string;
  /** Absent for a failed one. */
  readonly run?: RunId;
}

/** The answer's own body is reused. */
async function item(id: string, { index, source, toQuery, call, report }: ItemOptions): Promise<Item> {
  try {
    if (!isCustomerId(id)) throw noCustomerId(`body.customerIds.${index}`, id);
    const answer = await source.answer(toQuery(id), call);
    return { json: withStatus(answer), run: answer.run };
  } catch (error) {
    const { problem } = problemOf(error, report);
    return { json: JSON.stringify({ customerId: id, status: problem.status, error: problem }) };
  }
}

function withStatus({ body }: Encoded): string {
  return `{"status":200,${body.slice(1)}`;
}
