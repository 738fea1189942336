import { expect, test } from 'vitest';
import { bearer, madeKey } from '../fixture/credentials.ts';
import { InFlight } from './account.ts';
import type { Permit } from './admission.ts';
import { createAdmission } from './create-admission.ts';
import type { KeyRecord } from './key-record.ts';
import { createKeyRing } from './key-ring.ts';
import { KnownCallers } from './known-callers.ts';

const NOW = Date.now();

/** Callers of these keys, at a time that a test turns. */
function given(records: readonly KeyRecord[], { rate = 5, workers = 1 } = {}) {
  const at = { ms: 0 };
  const wallClock = () => NOW + at.ms;
  let asked = 0;
  let ring = createKeyRing(records, wallClock);
  const recognise = (key: string) => {
    asked++;
    return ring(key);
  };
  const inFlight = new InFlight(1_000);
  const callers = new KnownCallers({ recognise, inFlight, rate, workers, wallClock });
  const refused: string[] = [];
  const time = { now: () => at.ms, after: () => () => {} };
  const onRefused = (ofClass: string, reason: string) => refused.push(`${ofClass} ${reason}`);
  const admission = createAdmission({ callers, inFlight, onRefused, time, utilisation: () => 0 });
  return {
    at,
    refused,
    state: admission.state,
    asked: () => asked,
    replace(next: readonly KeyRecord[]) {
      ring = createKeyRing(next, wallClock);
      callers.forget();
    },
    admit(key: string): Permit {
      const permit = admission.admit({ authorization: bearer(key) }, 'read');
      if (permit instanceof Promise) throw new Error('a key is known at once');
      return permit;
    },
  };
}

const problem = (status: number, type: string, rest: object = {}) =>
  expect.objectContaining({
    problem: expect.objectContaining({ status, type: `urn:segment-store:error:${type}` }),
    ...rest,
  });

test('a key that is remembered costs no hash, for half a minute', () => {
  const key = madeKey();
  const { at, asked, admit } = given([key.record], { rate: 1_000 });
  for (let index = 0; index < 10; index++) admit(key.text);
  at.ms = 29_999;
  admit(key.text);
  expect(asked()).toBe(1);
  at.ms = 30_000;
  admit(key.text);
  expect(asked()).toBe(2);
});

test('a key that expires meanwhile is not remembered beyond', () => {
  const key = madeKey({ expiresAt: new Date(NOW + 5_000) });
  const { at, admit } = given([key.record]);
  admit(key.text);
  at.ms = 4_999;
  admit(key.text);
  at.ms = 5_000;
  expect(() => admit(key.text)).toThrow(problem(401, 'unauthorized', { message: expect.stringContaining('expired') }));
});

test('bad credentials are not remembered: a key that is made later is let in at once', () => {
  const key = madeKey();
  const { replace, admit } = given([]);
  expect(() => admit(key.text)).toThrow(problem(401, 'unauthorized'));
  replace([key.record]);
  expect(admit(key.text)).toMatchObject({ caller: { id: key.record.id } });
});

test('a revoked key is refused as soon as the file was read anew, another one of its name is not', () => {
  const [before, after] = [madeKey(), madeKey()];
  const { replace, admit } = given([before.record, after.record]);
  admit(before.text);
  replace([{ ...before.record, revokedAt: new Date() }, after.record]);
  expect(() => admit(before.text)).toThrow(
    problem(401, 'unauthorized', { message: expect.stringContaining('revoked') }),
  );
  admit(after.text);
});

test('a request beyond the rate is told when to come back, and the others’ are not touched', () => {
  const [greedy, other] = [madeKey({ rate: 3 }), madeKey()];
  const { at, refused, admit } = given([greedy.record, other.record]);
  for (let index = 0; index < 3; index++) admit(greedy.text);
  const headers = { 'Retry-After': '1', 'RateLimit-Policy': '"key";q=3;w=1', RateLimit: '"key";r=0;t=1' };
  expect(() => admit(greedy.text)).toThrow(problem(429, 'rate-limited', { headers }));
  expect(refused).toEqual(['normal rate']);
  for (let index = 0; index < 5; index++) admit(other.text);
  at.ms = 334;
  admit(greedy.text);
});

test('a question about many customers counts as many', () => {
  const key = madeKey({ rate: 100 });
  const { at, admit } = given([key.record]);
  admit(key.text).spend(299);
  expect(() => admit(key.text)).toThrow(
    problem(429, 'rate-limited', { headers: expect.objectContaining({ 'Retry-After': '3' }) }),
  );
  at.ms = 2_010;
  admit(key.text);
});

test('what a key has used outlives the file being read anew', () => {
  const key = madeKey({ rate: 2 });
  const { replace, admit } = given([key.record]);
  for (let index = 0; index < 2; index++) admit(key.text);
  replace([key.record]);
  expect(() => admit(key.text)).toThrow(problem(429, 'rate-limited'));
  replace([{ ...key.record, rate: 4 }]);
  for (let index = 0; index < 4; index++) admit(key.text);
});

test('each of several workers gives its part of a rate', () => {
  const key = madeKey({ rate: 8 });
  const { admit } = given([key.record], { workers: 4 });
  for (let index = 0; index < 2; index++) admit(key.text);
  expect(() => admit(key.text)).toThrow(problem(429, 'rate-limited'));
});

test('the scope of one key of a caller is not that of its other', () => {
  const [reader, publisher] = [madeKey(), madeKey({ scopes: ['publish'] })];
  const { admit } = given([reader.record, publisher.record]);
  admit(reader.text);
  expect(() => admit(publisher.text)).toThrow(problem(403, 'forbidden'));
  admit(reader.text);
});

test('a request in flight is counted until it is released', () => {
  const key = madeKey();
  const { state, admit } = given([key.record]);
  const [one, two] = [admit(key.text), admit(key.text)];
  expect(state().inFlight).toBe(2);
  one.release();
  two.release();
  expect(state().inFlight).toBe(0);
});
