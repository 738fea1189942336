/** What a mirrored request asks, if it is one that can be compared: of its headers nothing is used. */
import { jsonObjectIn } from '../json-object.ts';

export interface Question {
  readonly method: 'GET' | 'POST';
  /** Path and query, as they came. */
  readonly target: string;
  /** Of a POST. */
  readonly body: string | undefined;
  /** Whom it is about, the first of several: decides whether it is in the sample. */
  readonly customer: string;
}

const ONE = /^\/v1\/customers\/([^/?]+)\/segments(?:\/[^/?]+)?(?:\?.*)?$/;
const MANY = /^\/v1\/lookups(?:\?.*)?$/;

/** Undefined for every other request: changes are never repeated. */
export function questionOf(method: string, target: string, body: string): Question | undefined {
  if (method === 'GET') {
    const customer = decoded(ONE.exec(target)?.[1]);
    return customer === undefined ? undefined : { method, target, body: undefined, customer };
  }
  if (method !== 'POST' || !MANY.test(target)) return undefined;
  const customer = firstOf(body);
  return customer === undefined ? undefined : { method, target, body, customer };
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function firstOf(body: string): string | undefined {
  const customerIds = jsonObjectIn(body)?.customerIds;
  const first: unknown = Array.isArray(customerIds) ? customerIds[0] : undefined;
  return typeof first === 'string' ? first : undefined;
}

/** The question without whom it is about. */
export function template({ method, target }: Question): string {
  return `${method} ${target.replace(/^\/v1\/customers\/[^/?]+/, '/v1/customers/{customerId}')}`;
}
