/** One operation of openapi.yaml: how it is called and what it answers. */
import { html } from 'hono/html';
import { at, isObject, type Json } from '../document.ts';
import { membersOf, typeOf } from './schema.ts';
import { type Html, line, prose } from './text.ts';

type JsonObject = { readonly [key: string]: Json };

export interface Described {
  readonly method: string;
  readonly template: string;
  readonly operation: JsonObject;
}

export function operationSection(root: Json, { method, template, operation }: Described): Html {
  const parameters = Array.isArray(operation.parameters) ? operation.parameters.map((one) => resolved(root, one)) : [];
  const body = at({ operation }, 'operation', 'requestBody', 'content', 'application/json');
  return html`<section id="${operation.operationId}">
    <h3>${operation.summary}</h3>
    <p class="call"><b>${method.toUpperCase()}</b>${template}</p>
    <p class="muted">${needs(root, operation)}</p>
    ${prose(operation.description)}
    <pre><code>${curl({ method, template, operation }, parameters, body)}</code></pre>
    ${parameters.length > 0 ? html`<h4>Parameters</h4>${parameterTable(parameters)}` : ''}
    ${isObject(body) ? html`<h4>Body</h4><p>${typeOf(body.schema)}</p>` : ''}
    <h4>Answers</h4>
    <table><tbody>${entries(operation.responses).map(([status, one]) => answer(status, resolved(root, one)))}</tbody></table>
  </section>`;
}

const entries = (value: Json | undefined): readonly [string, Json][] => (isObject(value) ? Object.entries(value) : []);

function resolved(root: Json, value: Json | undefined): JsonObject {
  const found = at({ ...(isObject(root) ? root : {}), value: value ?? null }, 'value');
  return isObject(found) ? found : {};
}

function needs(root: Json, { security = at(root, 'security') ?? [] }: JsonObject): Html {
  const scope = at({ security: Array.isArray(security) ? (security[0] ?? null) : null }, 'security', 'key');
  return Array.isArray(scope) ? html`Needs a key with the scope <code>${scope[0]}</code>` : html`Needs no key`;
}

function parameterTable(parameters: readonly JsonObject[]): Html {
  return html`<table><tbody>${parameters.map(
    (one) => html`<tr>
      <th scope="row"><code>${one.name}</code> <span class="muted">${one.in}${one.required === true ? ', required' : ''}</span></th>
      <td>${typeOf(one.schema)}${prose(one.description)}</td>
    </tr>`,
  )}</tbody></table>`;
}

function answer(status: string, { description, headers, content }: JsonObject): Html {
  const names = entries(headers).map(([name]) => name);
  return html`<tr>
    <th scope="row"><code>${status === 'default' ? 'else' : status}</code></th>
    <td>
      <p>${line(description)}</p>
      ${entries(content).map(([type, media]) => contentOf(type, media))}
      ${names.length > 0 ? html`<p class="muted">Headers: ${names.join(', ')}</p>` : ''}
    </td>
  </tr>`;
}

function contentOf(type: string, media: Json): Html {
  if (!isObject(media)) return html``;
  const example = media.example === undefined ? '' : html`<pre><code>${printed(media.example)}</code></pre>`;
  return html`<p><code>${type}</code>: ${typeOf(media.schema)}</p>${membersOf(media.schema)}${example}`;
}

const printed = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

/** As a person would type it; parameters that may be left out are. */
function curl({ method, template, operation }: Described, parameters: readonly JsonObject[], body: Json | undefined) {
  const key =
    Array.isArray(operation.security) && operation.security.length === 0 ? [] : ['-H "Authorization: Bearer $KEY"'];
  const verb = method === 'get' ? [] : [`-X ${method.toUpperCase()}`];
  const required = parameters.filter((one) => one.in === 'header' && one.required === true);
  const headers = required.map((one) => `-H '${one.name}: ${one.example}'`);
  const json = isObject(body) ? [`--json '${JSON.stringify(body.example ?? {})}'`] : [];
  const path = template.replaceAll(
    /\{(\w+)\}/g,
    (_, name) => `$${name.replaceAll(/[A-Z]/g, (letter: string) => `_${letter}`).toUpperCase()}`,
  );
  return ['curl', ...(json.length > 0 ? [] : verb), ...key, ...headers, ...json, `"$URL${path}"`].join(' ');
}
