import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConformance } from '../conformance.ts';
import { readDocument } from '../document.ts';
import { createFixture, type Fixture } from '../fixture/app.ts';
import { type Credentials, createCredentials } from '../fixture/credentials.ts';
import { loadedRun, RUN } from '../fixture/store.ts';
import { operationsOf } from '../operations.ts';
import { scopes } from './admission.ts';

const document = await readDocument();
const conformance = createConformance(document);
const operations = [...operationsOf(document)].map(([id, operation]) => ({ id, ...operation }));
const guarded = operations.filter(({ scope }) => scope !== undefined);
const open = operations.filter(({ scope }) => scope === undefined);
const credentials: Credentials = await createCredentials();
let fixture: Fixture;
beforeAll(async () => {
  fixture = await createFixture(loadedRun(RUN, { c1: ['a'] }), { admission: credentials.admission });
});
afterAll(() => fixture[Symbol.asyncDispose]());

const parameters: Readonly<Record<string, string>> = { customerId: 'c1', segmentId: 'a', run: RUN };

/** Answers that were looked at against the document already: one of a kind is enough. */
const seen = new Set<string>();

async function ask({ id, method, template }: (typeof operations)[number], authorization: string | undefined) {
  const target = template.replaceAll(/\{(\w+)\}/g, (_, name) => parameters[name] ?? 'x');
  const init = { method: method.toUpperCase(), headers: authorization === undefined ? {} : { authorization } };
  const response = await fixture.app.request(target, init);
  const { status } = response;
  const answer = { status, headers: Object.fromEntries(response.headers), body: await response.text() };
  const secret = authorization?.split(' ').at(-1) ?? '';
  if (secret !== '') expect(JSON.stringify(answer)).not.toContain(secret);
  if (!seen.has(`${id} ${status}`)) expect(conformance({ method: init.method, target, ...answer })).toEqual([]);
  seen.add(`${id} ${status}`);
  return answer;
}

const isRefused = ({ status }: { readonly status: number }) => status === 401 || status === 403;

test('there are routes that need credentials, and routes that need none', () => {
  expect([guarded.length > 5, open.length > 1]).toEqual([true, true]);
});

test.each(guarded)('$id lets nobody in whose credentials are not good', async (operation) => {
  for (const [what, authorization] of credentials.bad) {
    const { status, headers, body } = await ask(operation, authorization);
    expect([what, status, JSON.parse(body).type]).toEqual([what, 401, 'urn:segment-store:error:unauthorized']);
    expect(headers['www-authenticate']).toMatch(/^Bearer realm="segment-store"(, error="invalid_token")?$/);
  }
});

test.each(guarded)(
  '$id lets in who has its scope, by key and by token, and nobody who has any other',
  async (operation) => {
    for (const kind of [credentials.keys, credentials.tokens]) {
      for (const scope of scopes) {
        const answer = await ask(operation, kind.get(scope));
        expect([scope, isRefused(answer)]).toEqual([scope, scope !== operation.scope]);
        if (scope === operation.scope) continue;
        expect(answer.status).toBe(403);
        expect(JSON.parse(answer.body).detail).toContain(operation.scope);
        expect(answer.headers['www-authenticate']).toContain(`error="insufficient_scope", scope="${operation.scope}"`);
      }
    }
  },
);

test.each(open)('$id answers anybody, whatever credentials say', async (operation) => {
  for (const authorization of [...credentials.bad.values(), ...credentials.keys.values()]) {
    expect(isRefused(await ask(operation, authorization))).toBe(false);
  }
});

test('credentials are judged before the path’s ids and the body', async () => {
  const id = 'x'.repeat(600);
  expect((await fixture.app.request(`/v1/customers/${id}/segments`)).status).toBe(401);
  const body = new ReadableStream(
    {
      pull() {
        throw new Error('the body was read');
      },
    },
    { highWaterMark: 0 },
  );
  const init: RequestInit = { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'application/json' } };
  expect((await fixture.app.request('/v1/lookups', init)).status).toBe(401);
});

test('nothing of a refusal names a customer, a key or a token', async () => {
  const [operation] = guarded;
  if (operation === undefined) throw new Error('no guarded operation');
  for (const authorization of [...credentials.bad.values(), ...credentials.keys.values()]) {
    const { headers, body } = await ask(operation, authorization);
    const text = JSON.stringify({ ...headers, body: isRefused({ status: JSON.parse(body).status }) ? body : '' });
    expect(text).not.toMatch(/seg_|eyJ|c1\b|somebody/);
  }
});
