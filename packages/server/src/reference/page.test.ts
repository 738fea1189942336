import { expect, test } from 'vitest';
import { readDocument } from '../document.ts';
import { createFixture } from '../fixture/app.ts';
import { operationsOf } from '../operations.ts';
import { createReference } from './page.ts';

const document = await readDocument();
const { text } = await createReference(document);

test('the page is served with a policy that lets it load nothing and be framed by nobody', async () => {
  await using fixture = await createFixture();
  const response = await fixture.app.request('/reference');
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  const policy = response.headers.get('content-security-policy');
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^' ]+'; base-uri 'none'; form-action 'none'; frame-/);
  expect(await response.text()).toBe(text);
});

test('it needs no script and nothing from elsewhere', () => {
  expect(text).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|javascript:|url\(|@import/i);
  expect(text.match(/(?:href|src)="(?!#|\/openapi\.json")[^"]*"/g)).toBeNull();
});

test('it has every operation and every schema once, and its links lead somewhere', () => {
  const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining([...operationsOf(document).keys()]));
  const targets = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
  expect(targets).toContain('schema-Problem');
});

test('an operation says how it is called, what it needs and what it answers', () => {
  const section = text.slice(text.indexOf('<section id="publishGeneration">')).split('</section>', 1)[0] ?? '';
  for (const part of ['/v1/generations/{run}/publish', 'If-Match', '<code>publish</code>', 'schema-Live']) {
    expect(section).toContain(part);
  }
  const escaped = 'curl -X POST -H &quot;Authorization: Bearer $KEY&quot; -H &#39;If-Match: &quot;7&quot;&#39;';
  expect(section).toContain(escaped);
});

test('what the document says is text, never markup', async () => {
  const root = JSON.parse(document.text);
  root.info.description = 'a <img src=x onerror=alert(1)> b `<b>` c';
  const page = await createReference({ root, text: '' });
  expect(page.text).toContain('a &lt;img src=x onerror=alert(1)&gt; b <code>&lt;b&gt;</code> c');
});
