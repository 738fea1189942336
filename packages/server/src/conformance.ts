/** Responses against openapi.yaml; tests ask it of every response they see. */
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { at, type Document, isObject, type Json, templateOf } from './document.ts';
import { createAjv, DOCUMENT } from './middleware/validate.ts';

export interface Exchange {
  readonly method: string;
  /** The request target. */
  readonly target: string;
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What of a response is not as the document says; empty when all is. */
export type Conformance = (exchange: Exchange) => readonly string[];

export function createConformance(document: Document): Conformance {
  const ajv = createAjv(document.root);
  return (exchange) => {
    const response = responseOf(document, exchange);
    return [...headerFaults(ajv, document.root, { exchange, response }), ...bodyFaults(ajv, exchange, response)];
  };
}

type JsonObject = { readonly [key: string]: Json };

/** An unknown path or method has no place of its own in the document: it is a problem like every other. */
function responseOf(document: Document, { method, target, status }: Exchange): JsonObject {
  const template = templateOf(document, target.split('?', 1)[0] ?? '') ?? '';
  const operation = method === 'HEAD' ? 'get' : method.toLowerCase();
  const of = (code: string) => at(document.root, 'paths', template, operation, 'responses', code);
  const response = of(`${status}`) ?? of('default') ?? at(document.root, 'components', 'responses', 'Problem');
  return isObject(response) ? response : {};
}

/** Headers that are ours to declare; the others are of HTTP and of Node. */
const DECLARED = /^(segment-.*|etag|age|cache-.*|server-timing|retry-after|allow|www-authenticate|ratelimit.*)$/;

function headerFaults(
  ajv: Ajv2020,
  root: Json,
  { exchange, response }: { readonly exchange: Exchange; readonly response: JsonObject },
): readonly string[] {
  const declared = new Map(Object.entries(isObject(response.headers) ? response.headers : {}));
  const names = new Set([...declared.keys()].map((name) => name.toLowerCase()));
  const strays = Object.keys(exchange.headers).filter((name) => DECLARED.test(name) && !names.has(name));
  const faults = [...declared].flatMap(([name, header]) => {
    const value = exchange.headers[name.toLowerCase()];
    const of = (key: string) => at({ ...(isObject(root) ? root : {}), header }, 'header', key);
    if (value === undefined) return of('required') === true ? [`header ${name} is missing`] : [];
    const schema = of('schema') ?? {};
    const typed = isObject(schema) && schema.type === 'integer' && /^\d+$/.test(value) ? Number(value) : value;
    return faultsOf(ajv, schema, typed).map((fault) => `header ${name}: ${fault}`);
  });
  return [...strays.map((name) => `header ${name} is not declared for this response`), ...faults];
}

function bodyFaults(ajv: Ajv2020, { method, headers, body }: Exchange, response: JsonObject): readonly string[] {
  if (method === 'HEAD' || !isObject(response.content)) return body === '' ? [] : ['body: there must be none'];
  const type = headers['content-type'] ?? 'nothing';
  const media = Object.hasOwn(response.content, type) ? response.content[type] : undefined;
  if (!isObject(media)) return [`content-type: ${type} is not declared for this response`];
  const faults = valuesOf(type, body).flatMap((value) => faultsOf(ajv, media.schema ?? {}, value));
  return faults.map((fault) => `body${fault}`);
}

/** What the schema of a media type is of: in NDJSON each line. */
function valuesOf(type: string, body: string): readonly unknown[] {
  if (type.startsWith('text/')) return [body];
  const texts = type === 'application/x-ndjson' ? body.trimEnd().split('\n') : [body];
  return texts.map((text) => JSON.parse(text));
}

function faultsOf(ajv: Ajv2020, schema: Json, value: unknown): readonly string[] {
  // References are meant within the document; this schema was taken out of it.
  const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${DOCUMENT}#/`));
  const validate = ajv.compile(absolute);
  return validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}
