/** Schemas of openapi.yaml in words: what a value is, and what an object holds. */
import { html } from 'hono/html';
import { isObject, type Json } from '../document.ts';
import { type Html, prose } from './text.ts';

type JsonObject = { readonly [key: string]: Json };

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const members = (value: Json | undefined): readonly [string, Json][] => (isObject(value) ? Object.entries(value) : []);

/** `array of RunId, 1 to 100`: a named schema leads to where it stands. */
export function typeOf(schema: Json | undefined): Html {
  if (!isObject(schema)) return html`anything`;
  if (typeof schema.$ref === 'string') return linked(schema.$ref);
  const [choice] = [schema.oneOf, schema.allOf].map(list).filter(({ length }) => length > 0);
  if (choice !== undefined) return joined(choice.map(typeOf), schema.oneOf === undefined ? ' and ' : ' or ');
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  const values = list(schema.enum).map((value) => html`<code>${value}</code>`);
  if (values.length > 0) return joined(values, ', ');
  const what = schema.type === 'array' ? html`array of ${typeOf(schema.items)}` : html`${word(schema)}`;
  return html`${what}${limits(schema)}`;
}

/** Its members, one a row; those of schemas it is put together from, too. */
export function membersOf(schema: Json | undefined): Html {
  const own = table(schema);
  const parts = isObject(schema) ? list(schema.allOf).filter((part) => isObject(part) && !('$ref' in part)) : [];
  return html`${own}${parts.map(table)}`;
}

function table(schema: Json | undefined): Html {
  const rows = isObject(schema) ? members(schema.properties) : [];
  if (rows.length === 0) return html``;
  const required = new Set(isObject(schema) ? list(schema.required) : []);
  return html`<table><tbody>${rows.map(
    ([name, member]) => html`<tr>
      <th scope="row"><code>${name}</code>${required.has(name) ? '' : html` <span class="muted">may be absent</span>`}</th>
      <td>${typeOf(member)}${prose(isObject(member) ? member.description : undefined)}${membersOf(member)}</td>
    </tr>`,
  )}</tbody></table>`;
}

function linked(reference: string): Html {
  const name = reference.split('/').at(-1) ?? '';
  return html`<a href="#schema-${name}">${name}</a>`;
}

function word({ type, format, additionalProperties }: JsonObject): Html {
  if (isObject(additionalProperties)) return html`object of ${typeOf(additionalProperties)}`;
  return html`${type ?? 'anything'}${format === undefined ? '' : html` (${format})`}`;
}

/** From, to, default, pattern. */
function limits({ minimum, maximum, minItems, maxItems, minLength, maxLength, ...rest }: JsonObject): Html {
  const [from, to] = [minimum ?? minItems ?? minLength, maximum ?? maxItems ?? maxLength];
  const range = to === undefined ? (from === undefined ? '' : `, at least ${from}`) : `, ${from ?? 0} to ${to}`;
  const usual = rest.default === undefined ? html`` : html`, default <code>${rest.default}</code>`;
  const pattern = typeof rest.pattern === 'string' ? html` <code>${rest.pattern}</code>` : html``;
  return html`${range}${usual}${pattern}`;
}

const joined = (parts: readonly Html[], by: string): Html =>
  html`${parts.map((part, index) => html`${index === 0 ? '' : by}${part}`)}`;

/** A schema with a name, for the end of the page. */
export function namedSchema([name, schema]: readonly [string, Json]): Html {
  const description = isObject(schema) ? schema.description : undefined;
  return html`<section id="schema-${name}">
    <h3><code>${name}</code></h3>
    <p class="muted">${typeOf(schema)}</p>
    ${prose(description)}
    ${membersOf(schema)}
  </section>`;
}
