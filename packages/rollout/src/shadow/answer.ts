/** What of an answer counts: status and facts, segments as a set; not ages, timings and order. */
import { type JsonObject, jsonObjectIn } from '../json-object.ts';

export interface Answer {
  /** 0: none came. */
  readonly status: number;
  /** Of the facts; several where a lookup of many was answered from several. Empty where there are none. */
  readonly generation: string;
  /** Equal texts are equal answers. */
  readonly facts: string;
  /** Of all customers asked about, each but the first with its place: for what differs. */
  readonly segmentIds: ReadonlySet<string>;
}

/** Too busy, broken or too late: nothing is said of what the answer would have been. */
export const isSilent = ({ status }: Answer): boolean => status === 0 || status === 429 || status >= 500;

export const noAnswer: Answer = { status: 0, generation: '', facts: 'no answer', segmentIds: new Set() };

export function answerOf(status: number, body: string): Answer {
  const parsed = status === 200 ? jsonObjectIn(body) : undefined;
  if (parsed === undefined) return { ...noAnswer, status, facts: `status ${status}` };
  const items: readonly JsonObject[] = Array.isArray(parsed.items) ? parsed.items.map(Object) : [parsed];
  const generations = items.map(({ generation }) => generation).filter((each) => typeof each === 'string');
  return {
    status,
    generation: [...new Set(generations)].sort().join(),
    facts: JSON.stringify(items.map(factsOf)),
    segmentIds: new Set(items.flatMap((item, index) => idsOf(item).map((id) => (index === 0 ? id : `${index} ${id}`)))),
  };
}

/** The same for equal answers of any of the three operations. */
function factsOf(item: JsonObject): unknown {
  const { status, customerId, segmentId, known, member, complete } = item;
  return [status, customerId, segmentId, known, member, complete, idsOf(item), describedOf(item)];
}

const idsOf = ({ segmentIds }: JsonObject): readonly string[] =>
  Array.isArray(segmentIds) ? [...new Set(segmentIds.map(String))].sort() : [];

/** With `view=full`: what each segment is said to be. */
const describedOf = ({ segments }: JsonObject): readonly string[] =>
  Array.isArray(segments) ? segments.map((segment) => JSON.stringify(inOrder(segment))).sort() : [];

function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value)
    .map(([key, member]): [string, unknown] => [key, inOrder(member)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
