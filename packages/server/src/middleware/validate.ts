/** Requests against openapi.yaml: query parameters and JSON bodies. */
import type { components, operations } from '@segment-store/contract/api.generated';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { at, type Document, isObject, type Json } from '../document.ts';
import { invalidRequest } from '../errors.ts';

type QueryOf<Name extends keyof operations> = NonNullable<operations[Name]['parameters']['query']>;

/** Each throws the problem that names what is wrong. */
export interface Requests {
  customerSegments(search: URLSearchParams): QueryOf<'getCustomerSegments'>;
  listSegments(search: URLSearchParams): QueryOf<'listSegments'>;
  /** For operations without query parameters. */
  noQuery(search: URLSearchParams): void;
  lookups(body: unknown): Schema<'LookupRequest'>;
  ladder(body: unknown): Schema<'Ladder'>;
  rolloutStep(body: unknown): Schema<'RolloutStep'>;
  experimentSet(body: unknown): Schema<'ExperimentSet'>;
}

type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

export function createRequests({ root }: Document): Requests {
  const ajv = createAjv(root);
  const query = <T>(path: string) => queryOf<T>(ajv, parametersOf(root, path));
  const body = <Name extends keyof components['schemas']>(name: Name) => bodyOf<Schema<Name>>(ajv, name);
  return {
    customerSegments: query('/v1/customers/{customerId}/segments'),
    listSegments: query('/v1/segments'),
    noQuery: queryOf(ajv, new Map()),
    lookups: body('LookupRequest'),
    ladder: body('Ladder'),
    rolloutStep: body('RolloutStep'),
    experimentSet: body('ExperimentSet'),
  };
}

function bodyOf<T>(ajv: Ajv2020, name: string): (body: unknown) => T {
  const validate = ajv.getSchema<T>(`${DOCUMENT}#/components/schemas/${name}`);
  if (validate === undefined) throw new TypeError(`openapi.yaml has no schema ${name}`);
  return (body) => checked(validate, body, 'body');
}

export const DOCUMENT = 'openapi.yaml';

/** Knows the document by the name `openapi.yaml`. */
export function createAjv(root: Json): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allErrors: false, verbose: true, multipleOfPrecision: 6 });
  ajv.addVocabulary(['openapi', 'info', 'servers', 'security', 'tags', 'paths', 'components', 'example']);
  ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)) && text.endsWith('Z'));
  if (!isObject(root)) throw new TypeError('openapi.yaml is no object');
  return ajv.addSchema({ ...root, $id: DOCUMENT });
}

type Schemas = ReadonlyMap<string, { readonly [key: string]: Json }>;

function parametersOf(root: Json, path: string): Schemas {
  const parameters = at(root, 'paths', path, 'get', 'parameters');
  if (!Array.isArray(parameters)) throw new TypeError(`openapi.yaml has no GET ${path} with parameters`);
  const indices = [...parameters.keys()];
  const found = indices.map((index) => parameterAt(root, parameters[index]));
  return new Map(found.filter((one) => one !== undefined));
}

function parameterAt(root: Json, parameter: Json | undefined): [string, { readonly [key: string]: Json }] | undefined {
  const wrapped = { ...(isObject(root) ? root : {}), parameter: parameter ?? null };
  const schema = at(wrapped, 'parameter', 'schema');
  const name = at(wrapped, 'parameter', 'name');
  if (at(wrapped, 'parameter', 'in') !== 'query' || typeof name !== 'string' || !isObject(schema)) return undefined;
  return [name, schema];
}

function queryOf<T>(ajv: Ajv2020, schemas: Schemas): (search: URLSearchParams) => T {
  const properties = Object.fromEntries(schemas);
  const validate = ajv.compile<T>({ type: 'object', properties, additionalProperties: false });
  return (search) => checked(validate, coerced(search, schemas), 'query');
}

/** Text → what the schema of the parameter wants, as far as text can be it; the schema judges the rest. */
function coerced(search: URLSearchParams, schemas: Schemas): Record<string, unknown> {
  const values: Record<string, unknown> = Object.create(null);
  for (const name of new Set(search.keys())) {
    const all = search.getAll(name);
    const wanted = schemas.get(name)?.type;
    if (wanted === 'array') values[name] = all;
    else if (all.length > 1) values[name] = all;
    else values[name] = wanted === 'integer' && /^\d{1,15}$/.test(all[0] ?? '') ? Number(all[0]) : all[0];
  }
  return values;
}

function checked<T>(validate: ValidateFunction<T>, value: unknown, where: 'query' | 'body'): T {
  if (validate(value)) return value;
  throw invalidRequest(
    validate.errors?.[0] ? explain(validate.errors[0], where) : `the ${where} is not as openapi.yaml says`,
  );
}

function explain({ instancePath, keyword, params, message, data, parentSchema }: ErrorObject, where: string): string {
  const place = `${where}${instancePath.replaceAll('/', '.')}`;
  if (keyword === 'additionalProperties') {
    const known = Object.keys(parentSchema?.properties ?? {}).join(', ') || 'none';
    return `${place}: unknown ${where === 'query' ? 'parameter' : 'member'} "${shortened(params.additionalProperty)}"; known: ${known}`;
  }
  const allowed = keyword === 'enum' ? `: ${params.allowedValues.join(', ')}` : '';
  const isPublic = where === 'query' || instancePath.startsWith('/filter/');
  return `${place}: ${message}${allowed}; got ${isPublic ? shortened(JSON.stringify(data)) : kindOf(data)}`;
}

/** What of a value may be said where customer ids can stand: error bodies end up in logs. */
function kindOf(data: unknown): string {
  if (Array.isArray(data)) return `an array of ${data.length}`;
  return data === null ? 'null' : `one of type ${typeof data}`;
}

function shortened(text: unknown): string {
  const whole = String(text);
  return whole.length > 60 ? `${whole.slice(0, 57)}...` : whole;
}
