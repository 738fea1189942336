/** openapi.yaml as a page: made once, from the document itself, readable without script. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { html, raw } from 'hono/html';
import { at, type Document, isObject, type Json } from '../document.ts';
import { type Described, operationSection } from './operation.ts';
import { namedSchema } from './schema.ts';
import { type Html, line, prose } from './text.ts';

const style = readFileSync(new URL('style.css', import.meta.url), 'utf8');

export interface ReferencePage {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

export async function createReference({ root }: Document): Promise<ReferencePage> {
  const groups = groupsOf(root);
  const schemas = entries(at(root, 'components', 'schemas'));
  const page = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${at(root, 'info', 'title')} · HTTP API</title>
  <style>${raw(style)}</style>
</head>
<body>
  ${navigation(groups, schemas)}
  <main>
    <h1>${at(root, 'info', 'title')}</h1>
    <p>${line(at(root, 'info', 'summary'))} <span class="muted">Version ${at(root, 'info', 'version')}, also as
      <a href="/openapi.json">openapi.json</a></span></p>
    ${prose(at(root, 'info', 'description'))}
    ${prose(at(root, 'components', 'securitySchemes', 'key', 'description'))}
    ${groups.map((group) => operations(root, group))}
    <h2 id="schemas">Schemas</h2>
    ${schemas.map(namedSchema)}
  </main>
</body>
</html>`;
  return { text: String(await page), headers: HEADERS };
}

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cache-Control': 'private, no-cache',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

interface Group {
  readonly tag: string;
  readonly description: Json | undefined;
  readonly operations: readonly Described[];
}

const entries = (value: Json | undefined): readonly [string, Json][] => (isObject(value) ? Object.entries(value) : []);

function groupsOf(root: Json): readonly Group[] {
  const all = entries(at(root, 'paths')).flatMap(([template, item]) =>
    entries(item).flatMap(([method, operation]): Described[] =>
      isObject(operation) ? [{ method, template, operation }] : [],
    ),
  );
  const tags = at(root, 'tags');
  return (Array.isArray(tags) ? tags : []).filter(isObject).map(({ name, description }) => ({
    tag: `${name}`,
    description,
    operations: all.filter(({ operation }) => Array.isArray(operation.tags) && operation.tags.includes(name ?? '')),
  }));
}

function navigation(groups: readonly Group[], schemas: readonly (readonly [string, Json])[]): Html {
  return html`<nav aria-label="Contents">
    ${groups.map(
      ({ tag, operations: some }) => html`<h2>${tag}</h2>
    <ul>${some.map(({ operation }) => html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>`)}</ul>`,
    )}
    <h2><a href="#schemas">Schemas</a></h2>
    <ul class="schemas">${schemas.map(([name]) => html`<li><a href="#schema-${name}">${name}</a></li>`)}</ul>
  </nav>`;
}

function operations(root: Json, { tag, description, operations: some }: Group): Html {
  return html`<h2 id="tag-${tag}">${description}</h2>
    ${some.map((one) => operationSection(root, one))}`;
}
