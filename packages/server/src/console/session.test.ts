import { expect, test } from 'vitest';
import { newSecret } from './config.ts';
import { createSessions } from './session.ts';

const HOUR = 3_600_000;

function given() {
  const clock = { now: 0 };
  return { clock, sessions: createSessions(newSecret(), () => clock.now) };
}

const cookieOf = (setCookie: string | undefined): string => `other=1; ${setCookie?.split(';')[0]}`;

test('a browser that signed in is known by its cookie for eight hours', () => {
  const { clock, sessions } = given();
  const cookie = cookieOf(sessions.begin('seg_test_key', { isSecure: false }));
  clock.now = 8 * HOUR - 1;
  expect(sessions.of(cookie)?.key).toBe('seg_test_key');
  clock.now = 8 * HOUR;
  expect(sessions.of(cookie)).toBeUndefined();
});

test('the cookie goes to the console alone, never to a script or along with another page’s request', () => {
  const { sessions } = given();
  const attributes = (isSecure: boolean) => sessions.begin('key', { isSecure })?.split('; ').slice(1).join('; ');
  expect(attributes(false)).toBe('Path=/console; HttpOnly; SameSite=Strict; Max-Age=28800');
  expect(attributes(true)).toBe('Path=/console; HttpOnly; SameSite=Strict; Max-Age=28800; Secure');
});

test('a cookie does not show its key, and none changed or of another server is taken', () => {
  const { sessions } = given();
  const cookie = cookieOf(sessions.begin('seg_test_key', { isSecure: false }));
  const [, sealed = ''] = cookie.split('segment-console=');
  expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('seg_test_key');
  const changed = [...sealed].map(
    (letter, at) => sealed.slice(0, at) + (letter === 'A' ? 'B' : 'A') + sealed.slice(at + 1),
  );
  for (const text of [...changed, '', 'x', sealed.slice(0, 30), sealed.slice(1)]) {
    // The last letter of base64 holds bits that stand for nothing.
    if (Buffer.from(text, 'base64url').equals(Buffer.from(sealed, 'base64url'))) continue;
    expect(sessions.of(`segment-console=${text}`)).toBeUndefined();
  }
  expect(given().sessions.of(cookie)).toBeUndefined();
  expect([sessions.of(undefined), sessions.of('not-segment-console=x')]).toEqual([undefined, undefined]);
});

test('a form belongs to one session', () => {
  const { sessions } = given();
  const [one, other] = ['a', 'a'].map((key) => sessions.of(cookieOf(sessions.begin(key, { isSecure: false }))));
  if (one === undefined || other === undefined) throw new Error('no session');
  expect(sessions.isOurs(one, one.token)).toBe(true);
  for (const token of [other.token, '', null, `${one.token}x`]) expect(sessions.isOurs(one, token)).toBe(false);
});

test('a token that no cookie can hold begins no session', () => {
  expect(given().sessions.begin('x'.repeat(4_000), { isSecure: false })).toBeUndefined();
});
