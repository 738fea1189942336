import { manualTime } from '@segment-store/resilience/manual-time';
import { expect, test } from 'vitest';
import { createIssuer } from '../fixture/issuer.ts';
import { createTokens } from './jwt.ts';

/** Tokens of an issuer whose answers a test decides. */
async function given(answer?: () => Promise<Response>) {
  const time = manualTime();
  const issuer = await createIssuer();
  const asked: string[] = [];
  const troubles: string[] = [];
  const place = { answer: answer ?? (async () => Response.json(issuer.jwks)) };
  const get = (url: string | URL | Request) => {
    asked.push(String(url));
    return place.answer();
  };
  const deps = { fetch: get, time, wallClock: Date.now, onTrouble: (text: string) => troubles.push(text) };
  return { time, issuer, asked, troubles, place, recognise: createTokens(issuer.options, deps) };
}

const unauthorized = (text: string) =>
  expect.objectContaining({ problem: expect.objectContaining({ status: 401, detail: expect.stringContaining(text) }) });

test('a token says who sends it, what it may, and until when', async () => {
  const { issuer, asked, recognise } = await given();
  const exp = Math.floor(Date.now() / 1_000) + 60;
  const token = await issuer.sign({ scope: 'read openid publish', exp, segment_class: 'critical' });
  expect(await recognise(token)).toEqual({
    caller: { id: 'jwt:somebody', name: 'jwt', class: 'critical', scopes: new Set(['read', 'publish']) },
    rate: undefined,
    until: exp * 1_000,
  });
  expect(asked).toEqual(['https://issuer.example/keys']);
});

test('scopes come from scp too; one that is none of ours grants nothing, and an unknown class is normal', async () => {
  const { issuer, recognise } = await given();
  const of = async (claims: object) => (await recognise(await issuer.sign({ scope: undefined, ...claims }))).caller;
  expect((await of({ scp: ['read', 'erase', 7] })).scopes).toEqual(new Set(['read', 'erase']));
  expect((await of({ scp: 'read' })).scopes).toEqual(new Set(['read']));
  expect(await of({ segment_class: 'vip' })).toMatchObject({ class: 'normal', scopes: new Set() });
  expect((await of({ scope: 'readonly segments:read READ' })).scopes).toEqual(new Set());
});

test('a token of an unknown key asks the issuer once in half a minute, whoever sends how many', async () => {
  const { time, issuer, asked, recognise } = await given();
  await recognise(await issuer.sign());
  const stranger = await (await createIssuer('k9')).sign();
  const ask = () => Promise.allSettled(Array.from({ length: 20 }, () => recognise(stranger)));
  await ask();
  expect(asked.length).toBe(1);
  await time.advance(30_000);
  const [first] = await ask();
  expect(first).toMatchObject({ status: 'rejected', reason: unauthorized('its issuer has no such key') });
  await ask();
  expect(asked.length).toBe(2);
});

test('a key that its issuer has since is found by the first token that it signed', async () => {
  const { time, issuer, place, recognise } = await given();
  await recognise(await issuer.sign());
  const next = await createIssuer('k2');
  place.answer = async () => Response.json({ keys: [...issuer.jwks.keys, ...next.jwks.keys] });
  await time.advance(30_000);
  expect(await recognise(await next.sign())).toMatchObject({ caller: { id: 'jwt:somebody' } });
});

test('an issuer that cannot be asked: its keys of before hold, and it is said', async () => {
  const { time, issuer, asked, troubles, place, recognise } = await given();
  await recognise(await issuer.sign());
  place.answer = async () => new Response('', { status: 500 });
  await time.advance(11 * 60_000);
  await recognise(await issuer.sign());
  await expect.poll(() => troubles).toEqual([expect.stringMatching(/issuer\.example.*answered 500.*before are used/)]);
  await recognise(await issuer.sign());
  expect(asked.length).toBe(2);
});

test.each([
  ['an error', () => Promise.reject(new TypeError('fetch failed'))],
  ['a page', async () => new Response('<html>')],
  ['something else', async () => Response.json({ keys: 'none' })],
  ['nothing of a key', async () => Response.json({ keys: [7] })],
])('an issuer that never could be asked, with %s for an answer: 503, not 401, until it can', async (_, answer) => {
  const { time, issuer, troubles, place, recognise } = await given(answer);
  const token = await issuer.sign();
  const problem = expect.objectContaining({ status: 503, detail: expect.stringContaining('cannot be asked') });
  await expect(recognise(token)).rejects.toEqual(expect.objectContaining({ problem }));
  expect(troubles).toEqual([expect.stringMatching(/^--jwks .*no token can be checked$/)]);
  place.answer = async () => Response.json(issuer.jwks);
  await time.advance(1_000);
  expect(await recognise(token)).toMatchObject({ caller: { id: 'jwt:somebody' } });
});
