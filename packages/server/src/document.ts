/** openapi.yaml, and what the server asks of it. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface Document {
  readonly text: string;
  readonly root: Json;
}

export async function readDocument(url: URL = new URL('../../../openapi.yaml', import.meta.url)): Promise<Document> {
  const root: Json = parse(await readFile(url, 'utf8'));
  return { text: JSON.stringify(root), root };
}

/** The value behind keys; `$ref` is followed. `undefined` where there is none. */
export function at(root: Json, ...keys: readonly string[]): Json | undefined {
  let value: Json | undefined = root;
  for (const key of keys) {
    value = isObject(value) && Object.hasOwn(value, key) ? resolved(root, value[key]) : undefined;
  }
  return value;
}

export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function resolved(root: Json, value: Json | undefined): Json | undefined {
  const target = isObject(value) ? value.$ref : undefined;
  return typeof target === 'string' ? at(root, ...target.replace('#/', '').split('/')) : value;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

/** The document's name for a path, or undefined when it has none. */
export function templateOf({ root }: Document, path: string): string | undefined {
  const paths = at(root, 'paths');
  return isObject(paths) ? Object.keys(paths).find((one) => fits(one, path)) : undefined;
}

/** Methods the document has for a path, or undefined when it has no such path. */
export function methodsOf(document: Document, path: string): readonly string[] | undefined {
  const template = templateOf(document, path);
  if (template === undefined) return undefined;
  const methods = METHODS.filter((method) => at(document.root, 'paths', template, method) !== undefined);
  return methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
}

function fits(template: string, path: string): boolean {
  const wanted = template.split('/');
  const given = path.split('/');
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith('{') || part === given[index]);
}
