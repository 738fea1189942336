/** What every client does, whatever it asks: the tests of each run it, so that the double cannot drift from the real one. */
import { describe, expect, test } from 'vitest';
import { BAD_CALL_OPTIONS, BAD_CUSTOMER_IDS } from './bad-input.cases.ts';
import type { ErrorCode } from './lookup.ts';
import type { ClientOptions } from './options.ts';
import type { SegmentClient } from './reading-client.ts';

export interface Facts {
  readonly segmentIds: readonly string[];
  readonly known?: boolean;
  readonly complete?: boolean;
}

/** A client and the service it asks. Customers that the service was not told of are unknown. */
export interface ClientBench extends AsyncDisposable {
  readonly client: SegmentClient;
  says(id: string, facts: Facts): void;
  /** Every request ends with this code. */
  fails(code: FailureCode): void;
  /** No request is answered. */
  hangs(): void;
  /** Answers are of an older generation than the service's own, and 7 s old. */
  lags(): void;
  heals(): void;
  publishes(): void;
  rollsBack(): void;
  /** Time passes for the client. */
  pass(ms: number): Promise<void>;
  /** Requests so far. */
  requests(): number;
}

export type FailureCode = Extract<ErrorCode, 'SERVER' | 'UNAUTHORIZED' | 'THROTTLED' | 'PROTOCOL' | 'NETWORK'>;
export type BenchOptions = Omit<ClientOptions, 'baseUrl' | 'apiKey'>;
export type ClientMaker = (options?: BenchOptions) => Promise<ClientBench>;

const IN = { segmentIds: ['recurrent:store:17', 'vip'] };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const fallback = (segmentIds: readonly string[], code: ErrorCode, attempts: unknown = expect.any(Number)) => ({
  ok: false,
  servedFrom: 'fallback',
  segmentIds,
  error: { code, attempts },
});

/** As plain JavaScript calls: no type stands in the way. */
const untyped = <R>(call: (...args: never[]) => R, ...args: readonly unknown[]): R =>
  Reflect.apply(call, undefined, args);

export function clientSuite(make: ClientMaker): void {
  describe('a lookup', () => {
    test('is asked, then served from the cache', async () => {
      await using bench = await make();
      bench.says('c1', IN);
      const answer = { ok: true, ...IN, known: true, complete: true };
      const facts = { generation: expect.stringMatching(/^\d{8}t\d{6}z$/), computedAt: expect.any(Date) };
      expect(await bench.client.lookup('c1')).toEqual({ ...answer, ...facts, servedFrom: 'server', ageMs: 0 });
      expect(await bench.client.lookup('c1')).toEqual({
        ...answer,
        ...facts,
        servedFrom: 'cache',
        ageMs: expect.any(Number),
      });
      expect(bench.client.peek('c1')).toMatchObject({ servedFrom: 'cache' });
      expect(bench.requests()).toBe(1);
    });

    test('of a customer nobody has seen is an answer: unknown, in no segment', async () => {
      await using bench = await make({ fallback: ['vip'] });
      expect(await bench.client.lookup('nobody')).toMatchObject({ ok: true, known: false, segmentIds: [] });
    });

    test('of many has every id given as a key, each asked once', async () => {
      await using bench = await make();
      bench.says('c1', IN);
      const lookups = await bench.client.lookupMany(['c1', 'c2', 'c1', '']);
      expect([...lookups.keys()]).toEqual(['c1', 'c2', '']);
      expect(lookups.get('c1')).toMatchObject({ ok: true, segmentIds: IN.segmentIds });
      expect(lookups.get('')).toEqual(fallback([], 'INVALID_ID', 0));
    });

    test('that others wait for too is one request', async () => {
      await using bench = await make();
      bench.says('c1', IN);
      const lookups = await Promise.all(Array.from({ length: 50 }, () => bench.client.lookup('c1')));
      expect(lookups.every(({ ok }) => ok)).toBe(true);
      expect(bench.requests()).toBe(1);
    });

    test.each(['SERVER', 'UNAUTHORIZED', 'THROTTLED', 'PROTOCOL', 'NETWORK'] as const)(
      'that fails as %s falls back and says so',
      async (code) => {
        await using bench = await make({ fallback: ['vip'], maxRetries: 0 });
        bench.fails(code);
        expect(await bench.client.lookup('c1')).toEqual(fallback(['vip'], code, 1));
        expect(await bench.client.lookup('c1', { fallback: ['new'] })).toMatchObject({ segmentIds: ['new'] });
        await expect(bench.client.lookupOrThrow('c1')).rejects.toMatchObject({ name: 'SegmentLookupError', code });
        bench.heals();
        await bench.pass(10 * MINUTE); // whoever failed may be left alone for a while
        expect(await bench.client.lookup('c1')).toMatchObject({ ok: true });
      },
    );

    test('that nobody answers ends at the deadline, the shorter of the client’s and its own', async () => {
      await using bench = await make({ deadlineMs: 80 });
      bench.hangs();
      const order: string[] = [];
      const read = async (id: string, deadlineMs?: number) => {
        expect(await bench.client.lookup(id, { deadlineMs })).toMatchObject(fallback([], 'TIMEOUT'));
        order.push(id);
      };
      await Promise.all([read('longer', 60_000), read('shorter', 5)]);
      expect(order).toEqual(['shorter', 'longer']);
    });

    test('whose caller aborts falls back at once; who joined it still gets the answer', async () => {
      await using bench = await make({ deadlineMs: 10_000 });
      bench.says('c1', IN);
      const controller = new AbortController();
      const aborting = bench.client.lookup('c1', { signal: controller.signal });
      const joining = bench.client.lookup('c1');
      controller.abort();
      expect(await aborting).toMatchObject(fallback([], 'ABORTED'));
      expect(await joining).toMatchObject({ ok: true });
    });
  });

  describe('an answer that was kept', () => {
    test('is served stale after a minute or so, and refreshed behind', async () => {
      await using bench = await make({ deadlineMs: 5_000 });
      bench.says('c1', IN);
      await bench.client.lookup('c1');
      bench.says('c1', { segmentIds: ['new'] });
      await bench.pass(2 * MINUTE);
      expect(await bench.client.lookup('c1')).toMatchObject({ servedFrom: 'stale', segmentIds: IN.segmentIds });
      await expect.poll(() => bench.client.peek('c1')).toMatchObject({ servedFrom: 'cache', segmentIds: ['new'] });
      expect(bench.requests()).toBe(2);
    });

    test('is served with the reason when asking again fails, until it is a day old', async () => {
      await using bench = await make({ maxRetries: 0 });
      bench.says('c1', IN);
      await bench.client.lookup('c1');
      bench.fails('SERVER');
      await bench.pass(HOUR);
      expect(bench.client.peek('c1')).toBeUndefined();
      expect(await bench.client.lookup('c1')).toMatchObject({
        ok: true,
        servedFrom: 'stale',
        error: { code: 'SERVER', attempts: 1 },
      });
      expect(await bench.client.checkMember('c1', 'vip')).toMatchObject({
        ok: true,
        member: true,
        servedFrom: 'stale',
      });
      await bench.pass(24 * HOUR);
      expect(await bench.client.lookup('c1')).toMatchObject(fallback([], 'SERVER'));
    });

    test('is served no older than a call allows; else that call is answered by the service or falls back', async () => {
      await using bench = await make({ maxRetries: 0, deadlineMs: 5_000 });
      bench.says('c1', IN);
      await bench.client.lookup('c1');
      bench.fails('SERVER');
      await bench.pass(10 * MINUTE);
      const { lookup, lookupMany, checkMember } = bench.client;
      expect(await lookup('c1', { maxStaleMs: HOUR })).toMatchObject({ servedFrom: 'stale' });
      await bench.pass(HOUR);
      for (const maxStaleMs of [0, 10 * MINUTE]) {
        expect(await lookup('c1', { maxStaleMs })).toMatchObject(fallback([], 'SERVER'));
        expect((await lookupMany(['c1'], { maxStaleMs })).get('c1')).toMatchObject(fallback([], 'SERVER'));
        expect(await checkMember('c1', 'vip', { maxStaleMs })).toMatchObject({ ok: false, servedFrom: 'fallback' });
      }
      bench.heals();
      await bench.pass(10 * MINUTE);
      bench.says('c1', { segmentIds: ['new'] });
      expect(await lookup('c1', { maxStaleMs: 0 })).toMatchObject({ servedFrom: 'server', segmentIds: ['new'] });
      await bench.pass(2 * MINUTE);
      bench.says('c1', { segmentIds: ['newer'] });
      expect(await checkMember('c1', 'newer', { maxStaleMs: 0 })).toMatchObject({ servedFrom: 'server', member: true });
      expect(await lookup('c1', { maxStaleMs: 0 })).toMatchObject({ servedFrom: 'cache', segmentIds: ['newer'] });
    });

    test('is stale when it came from an older generation than the service’s own', async () => {
      await using bench = await make();
      bench.lags();
      expect(await bench.client.lookup('c1')).toMatchObject({ ok: true, servedFrom: 'stale', ageMs: 7_000 });
    });

    test('is outdated after a publish, and gone after a roll back', async () => {
      await using bench = await make({ deadlineMs: 5_000 });
      bench.says('c1', IN);
      await bench.client.lookup('c1');
      bench.publishes();
      await bench.client.lookup('c2');
      expect(bench.client.peek('c1')).toMatchObject({ servedFrom: 'stale' });
      bench.rollsBack();
      await bench.client.lookup('c3');
      expect(bench.client.peek('c1')).toBeUndefined();
      expect(bench.client.peek('c2')).toBeUndefined();
    });

    test('cannot be changed by a caller', async () => {
      await using bench = await make();
      bench.says('c1', IN);
      await bench.client.lookup('c1');
      const kept = bench.client.peek('c1');
      if (!kept?.ok) throw new Error('not in the cache');
      expect(() => kept.computedAt.setFullYear(1999)).toThrow(TypeError);
      expect(() => Reflect.apply(Array.prototype.push, kept.segmentIds, ['x'])).toThrow(TypeError);
    });
  });

  describe('a membership', () => {
    test('is read from the answer where that decides', async () => {
      await using bench = await make();
      bench.says('c1', IN);
      expect(await bench.client.isMember('c1', 'vip')).toBe(true);
      expect(await bench.client.checkMember('c1', 'new')).toMatchObject({
        ok: true,
        member: false,
        servedFrom: 'cache',
      });
      expect(bench.requests()).toBe(1);
    });

    test('is asked for where the answer is incomplete, once', async () => {
      await using bench = await make();
      bench.says('c1', { ...IN, complete: false });
      await bench.client.lookup('c1');
      expect(await bench.client.checkMember('c1', 'new')).toMatchObject({
        ok: true,
        member: false,
        servedFrom: 'server',
      });
      expect(await bench.client.checkMember('c1', 'new')).toMatchObject({
        ok: true,
        member: false,
        servedFrom: 'cache',
      });
      expect(bench.requests()).toBe(2);
    });

    test('is the fallback’s word when it cannot be found out', async () => {
      await using bench = await make({ fallback: ['vip'], maxRetries: 0 });
      bench.fails('SERVER');
      expect(await bench.client.isMember('c1', 'vip')).toBe(true);
      expect(await bench.client.isMember('c1', 'new')).toBe(false);
      expect(await bench.client.isMember('c1', 'new', { fallback: ['new'] })).toBe(true);
    });
  });

  describe('whatever it is called with', () => {
    test.each(BAD_CUSTOMER_IDS)('a customer id with $says falls back, without a request', async ({ value: id }) => {
      await using bench = await make({ fallback: ['vip'] });
      expect(await untyped(bench.client.lookup, id)).toEqual(fallback(['vip'], 'INVALID_ID', 0));
      expect(untyped(bench.client.peek, id)).toBeUndefined();
      expect(await untyped(bench.client.isMember, id, 'vip')).toBe(true);
      expect(bench.requests()).toBe(0);
    });

    test.each(BAD_CALL_OPTIONS)('call options with $says change nothing', async ({ value: options }) => {
      await using bench = await make({ deadlineMs: 5_000 });
      bench.says('c1', IN);
      expect(await untyped(bench.client.lookup, 'c1', options)).toMatchObject({ ok: true });
      expect(await untyped(bench.client.lookupMany, ['c1'], options)).toBeInstanceOf(Map);
      expect(await untyped(bench.client.isMember, 'c1', 'vip', options)).toBe(true);
    });

    test('ids travel as they are', async () => {
      await using bench = await make({ deadlineMs: 5_000 });
      const ids = ['a/b', '%2e%2e', 'é😀', '__proto__', 'constructor', ' ', 'a?b#c', 'x'.repeat(512)];
      for (const [index, id] of ids.entries()) bench.says(id, { segmentIds: [`s${index}`] });
      for (const [index, id] of ids.entries()) {
        expect(await bench.client.lookup(id)).toMatchObject({ known: true, segmentIds: [`s${index}`] });
      }
    });
  });

  describe('its life', () => {
    test('it is ready when the service answers, stale when that is behind, else unavailable', async () => {
      await using bench = await make();
      expect(await bench.client.ready()).toBe('ready');
      bench.lags();
      expect(await bench.client.ready()).toBe('stale');
      bench.heals();
      bench.fails('UNAUTHORIZED');
      expect(await bench.client.ready()).toBe('unavailable');
      bench.heals();
      bench.fails('SERVER');
      expect(await bench.client.ready({ timeoutMs: 100 })).toBe('unavailable');
    });

    test('it counts where its answers came from, and why others did not', async () => {
      await using bench = await make();
      await bench.client.lookup('c1');
      await bench.client.lookup('c1');
      await bench.client.lookup('');
      const { served, errors, cache, origin } = bench.client.stats();
      expect(served).toEqual({ server: 1, cache: 1, bootstrap: 0, stale: 0, fallback: 1 });
      expect(errors).toEqual({ INVALID_ID: 1 });
      expect(cache).toEqual({ entries: 1, bytes: expect.any(Number) });
      expect(origin).toMatchObject({ breaker: 'closed', inFlight: 0, retryTokens: 10, epoch: 1, floor: 0 });
    });

    test('after its end reads fall back as CLOSED', async () => {
      await using bench = await make({ fallback: ['vip'] });
      await bench.client.lookup('c1');
      await Promise.all([bench.client.close(), bench.client.close()]);
      expect(bench.client.peek('c1')).toBeUndefined();
      expect(await bench.client.lookup('c1')).toEqual(fallback(['vip'], 'CLOSED', 0));
      expect(await bench.client.isMember('c1', 'vip')).toBe(true);
      expect(await bench.client.ready()).toBe('unavailable');
    });

    test('its reads work without it: ids.map(client.lookup)', async () => {
      await using bench = await make();
      const { lookup } = bench.client;
      expect(await Promise.all(['c1', 'c2'].map((id) => lookup(id)))).toMatchObject([{ ok: true }, { ok: true }]);
    });
  });
}
