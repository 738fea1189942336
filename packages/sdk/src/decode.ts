/** Replies of the service, checked by hand: anything off is `PROTOCOL`. */
import { isRunId, isSegmentId } from '@segment-store/contract/id';
import type { Settled } from '@segment-store/resilience/operation';
import { garbled, refused } from './errors.ts';
import { frozenDate } from './frozen-date.ts';
import type { Answer, MembershipFacts, Reply } from './lookup.ts';

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Gives equal sets the same frozen array. */
export type Intern<S extends string> = (segmentIds: readonly S[]) => readonly S[];

/** @throws Failure */
export function decodeAnswer<S extends string>(id: string, reply: HttpReply, intern: Intern<S>): Reply<Answer<S>> {
  return replyOf(answerOf(ofCustomers(reply), id, intern), reply);
}

/** One item an id, in order. @throws Failure */
export function decodeAnswers<S extends string>(
  ids: readonly string[],
  reply: HttpReply,
  intern: Intern<S>,
): Settled<Reply<Answer<S>>> {
  const { items } = ofCustomers(reply);
  if (!Array.isArray(items) || items.length !== ids.length) throw garbled('items');
  return ids.map((id, index) => settled(() => replyOf(answerOf(itemOf(items[index]), id, intern), reply)));
}

function settled<R>(decode: () => R): PromiseSettledResult<R> {
  try {
    return { status: 'fulfilled', value: decode() };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

/** @throws Failure */
export function decodeMembership(customerId: string, segmentId: string, reply: HttpReply): Reply<MembershipFacts> {
  const body = objectIn(reply);
  if (body.customerId !== customerId || body.segmentId !== segmentId) throw garbled('pair');
  const { member, known } = body;
  if (typeof member !== 'boolean' || typeof known !== 'boolean') throw garbled('member');
  return replyOf({ member, known, ...originOf(body) }, reply);
}

function answerOf<S extends string>(body: Fields, id: string, intern: Intern<S>): Answer<S> {
  const { known, complete, segmentIds } = body;
  if (body.customerId !== id) throw garbled('customerId');
  if (typeof known !== 'boolean' || typeof complete !== 'boolean') throw garbled('known');
  if (!isNames<S>(segmentIds)) throw garbled('segmentIds');
  return { segmentIds: intern(segmentIds), known, complete, ...originOf(body) };
}

/** The caller's type parameter says which names there are; what can be checked here is that they are names. */
const isNames = <S extends string>(value: unknown): value is readonly S[] =>
  Array.isArray(value) && value.every(isSegmentId);

function originOf({ generation, computedAt }: Fields): { generation: string; computedAt: Date } {
  if (!isRunId(generation)) throw garbled('generation');
  const time = typeof computedAt === 'string' ? frozenDate(computedAt) : undefined;
  if (time === undefined || Number.isNaN(time.getTime())) throw garbled('computedAt');
  return { generation, computedAt: time };
}

function replyOf<T extends { readonly generation: string }>(facts: T, { headers }: HttpReply): Reply<T> {
  const served = headers['segment-generation'];
  return {
    ...facts,
    epoch: countIn(headers, 'segment-epoch'),
    freshMs: lifetimeIn(headers),
    ageMs: headers.age === undefined ? 0 : countIn(headers, 'age') * 1_000,
    outdated: headers['segment-stale'] === '?1' || (served !== undefined && served !== facts.generation),
  };
}

const lifetimeIn = (headers: HttpReply['headers']): number | undefined => {
  const seconds = whole(/\bmax-age=(\d+)/i.exec(String(headers['cache-control']))?.[1]);
  return seconds === undefined ? undefined : seconds * 1_000;
};

/** A header that must hold a whole number. @throws Failure */
export function countIn(headers: HttpReply['headers'], name: string): number {
  const count = whole(headers[name]);
  if (count === undefined) throw garbled(name);
  return count;
}

const whole = (value: unknown): number | undefined =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object a 200 holds. @throws Failure what the service refused, or `PROTOCOL` */
export function objectIn(reply: HttpReply): Fields {
  if (reply.status !== 200) throw refusalIn(reply);
  const body = parsed(reply.text);
  if (isFields(body)) return body;
  throw garbled('body');
}

const refusalIn = (reply: HttpReply) =>
  refused({
    status: reply.status,
    type: problemType(parsed(reply.text)),
    retryAfterMs: waitIn(reply),
    final: reply.headers['x-should-retry'] === 'false',
  });

function itemOf(item: unknown): Fields {
  if (!isFields(item) || typeof item.status !== 'number') throw garbled('status');
  if (item.status === 200) return item;
  throw refused({ status: item.status, type: problemType(item.error) });
}

/** Customers that do not exist are answered 200; a 404 comes from something that is not the segment service. @throws Failure */
function ofCustomers(reply: HttpReply): Fields {
  if (reply.status === 404) throw refused({ status: 404 });
  return objectIn(reply);
}

const problemType = (problem: unknown): string | undefined =>
  isFields(problem) && typeof problem.type === 'string' ? problem.type : undefined;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function waitIn({ headers }: HttpReply): number | undefined {
  const after = headers['retry-after'];
  const seconds = whole(after);
  const ms = seconds === undefined ? Date.parse(String(after)) - Date.now() : seconds * 1_000;
  return whole(headers['retry-after-ms']) ?? (Number.isNaN(ms) ? undefined : Math.max(0, ms));
}
