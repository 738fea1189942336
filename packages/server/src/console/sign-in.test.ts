import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { scopes } from '../admission/admission.ts';
import { createFixture, type Fixture } from '../fixture/app.ts';
import { loadedRun, RUN } from '../fixture/store.ts';
import { byKey, keyFor, Visitor } from './visits.fixture.ts';

const PAGES = [
  ...['generations', `generations/${RUN}`, 'customers', 'customers?id=c1', 'catalogue', 'catalogue/a'],
  ...['status', 'rollback', 'nowhere'],
].map((page) => `/console/${page}`);

let fixture: Fixture;
beforeAll(async () => {
  fixture = await createFixture(loadedRun(RUN, { c1: ['a'] }), { admission: byKey });
});
afterAll(() => fixture[Symbol.asyncDispose]());
let visitor: Visitor;
beforeEach(() => {
  visitor = new Visitor(fixture.app);
});

describe('a browser that has not signed in', () => {
  test.each(PAGES)('is sent from %s to sign in, and back', async (page) => {
    const { status, headers, html } = await visitor.open(page);
    const to = `/console/sign-in?${new URLSearchParams({ to: page })}`;
    expect([status, headers.get('location'), html]).toEqual([303, to, '']);
    const signedIn = await visitor.open(to, { form: { key: ` ${keyFor('read')}\n` } });
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, page]);
    expect((await visitor.open(page)).status).toBe(page.endsWith('nowhere') ? 404 : 200);
  });

  test.each([
    'https://evil.example/console/',
    '//evil.example/console/',
    '/v1/segments',
    '/console/../v1',
    'console',
    '',
  ])('is never sent on to %j', async (to) => {
    const { headers } = await visitor.open(`/console/sign-in?${new URLSearchParams({ to })}`, {
      form: { key: keyFor('read') },
    });
    expect(headers.get('location')).toBe('/console/generations');
  });

  test('is told why a key is not taken, and never sees it again', async () => {
    for (const [key, status] of [
      ['wrong', 401],
      ['', 401],
      [keyFor('publish'), 403],
    ] as const) {
      const { html, headers, ...seen } = await visitor.open('/console/sign-in', { form: { key } });
      expect([seen.status, headers.get('set-cookie')]).toEqual([status, null]);
      expect(html).toMatch(status === 401 ? /knows no such key/ : /does not grant read/);
      if (key !== '') expect(html).not.toContain(key);
    }
  });
});

test('who is let in already is not asked to sign in', async () => {
  await visitor.signIn(keyFor('read'));
  const { status, headers } = await visitor.open('/console/sign-in?to=/console/status');
  expect([status, headers.get('location')]).toEqual([303, '/console/status']);
});

test.each(PAGES)('%s is for who may read, and for nobody else', async (page) => {
  for (const scope of scopes) {
    const { status } = await visitor.open(page, { headers: { authorization: `Bearer ${keyFor(scope)}` } });
    expect([scope, status === 403]).toEqual([scope, scope !== 'read']);
  }
  expect((await visitor.open(page, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
});

test('signing out ends the session, and no page of somebody else can do it', async () => {
  await visitor.signIn(keyFor('read'));
  const token = await visitor.tokenOf('/console/generations');
  const foreign = { headers: { origin: 'http://evil.example' } };
  expect((await visitor.open('/console/sign-out', { form: { token }, ...foreign })).status).toBe(403);
  expect((await visitor.open('/console/sign-out', { form: { token: 'wrong' } })).status).toBe(403);
  expect(
    (await visitor.open('/console/sign-out', { form: { token }, headers: { 'sec-fetch-site': 'same-site' } })).status,
  ).toBe(403);
  expect((await visitor.open('/console/generations')).status).toBe(200);
  expect((await visitor.open('/console/sign-out', { form: { token } })).status).toBe(303);
  expect((await visitor.open('/console/generations')).status).toBe(303);
});

test('every page forbids all that it does not need', async () => {
  const seen = [await visitor.open('/console/sign-in')];
  await visitor.signIn(keyFor('read'));
  for (const page of PAGES) seen.push(await visitor.open(page));
  for (const { headers, html } of seen) {
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'nonce-[^']{24}'; style-src 'nonce-[^']{24}'; img-src 'self'; /,
    );
    expect(policy).toMatch(/connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/);
    expect(policy).not.toContain('unsafe');
    expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual(['no-store', 'same-origin']);
    expect(html).not.toMatch(/ style=| on[a-z]+=|<script>/);
  }
});

test('a page is looked at or sent, nothing else', async () => {
  const headers = { authorization: `Bearer ${keyFor('read')}` };
  const statusOf = async (method: string) =>
    (await fixture.app.request('/console/generations', { method, headers })).status;
  expect([await statusOf('HEAD'), await statusOf('POST'), await statusOf('DELETE')]).toEqual([200, 405, 405]);
});

test('files keep their names as long as their contents, and no longer', async () => {
  const { html } = await visitor.open('/console/sign-in');
  const paths = [...html.matchAll(/\/console\/assets\/[^"]+/g)].map(([path]) => path);
  expect(new Set(paths).size).toBe(3);
  for (const path of paths) {
    const { status, headers } = await visitor.open(path);
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
  }
  expect((await visitor.open('/console/assets/style.0000000000.css')).status).toBe(404);
});
