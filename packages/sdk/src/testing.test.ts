import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { type BenchOptions, clientSuite } from './client.suite.ts';
import { type SegmentClient, SegmentLookupError } from './index.ts';
import { createTestClient, type TestClient } from './testing.ts';

describe('the double does what every client does', () => {
  clientSuite(async (options: BenchOptions = {}) => {
    const client = createTestClient(options);
    const { service } = client;
    return {
      client,
      says: service.answer,
      fails: (code) => service.fail(code),
      hangs: () => service.hang(),
      lags: () => service.lag(7_999),
      heals: service.heal,
      publishes: () => service.publish(),
      rollsBack() {
        service.publish();
        service.rollBack();
      },
      pass: client.advance,
      requests: () => service.asked.length,
      [Symbol.asyncDispose]: client.close,
    };
  });
});

test('it can stand wherever the real client does', () => {
  expectTypeOf<TestClient<'vip' | 'new'>>().toExtend<SegmentClient<'vip' | 'new'>>();
});

test('customers given at first are answered; a list is all that a known customer is in', async () => {
  await using segments = createTestClient({ customers: { c1: ['vip'], c2: { segmentIds: [], known: false } } });
  expect(await segments.lookup('c1')).toMatchObject({ known: true, complete: true, segmentIds: ['vip'] });
  expect(await segments.lookup('c2')).toMatchObject({ known: false });
});

describe('time', () => {
  test('a read that must wait is given its time at once', async () => {
    await using segments = createTestClient({ deadlineMs: 30_000 });
    segments.service.hang();
    const before = performance.now();
    expect(await segments.lookup('c1')).toMatchObject({ ok: false, error: { code: 'TIMEOUT', attempts: 0 } });
    segments.service.heal();
    segments.service.delay(29_000);
    expect(await segments.lookup('c1')).toMatchObject({ ok: true });
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  test('an answer slower than the deadline comes too late for its caller, not for the cache', async () => {
    await using segments = createTestClient({ customers: { c1: ['vip'] }, deadlineMs: 100, clock: 'manual' });
    segments.service.delay(200);
    const lookup = segments.lookup('c1');
    await segments.advance(100);
    expect(await lookup).toMatchObject({ ok: false, error: { code: 'TIMEOUT' } });
    await segments.advance(99);
    expect(segments.peek('c1')).toBeUndefined();
    await segments.advance(1);
    expect(segments.peek('c1')).toMatchObject({ segmentIds: ['vip'] });
  });

  test('what hangs is answered when the service is healed', async () => {
    await using segments = createTestClient({ customers: { c1: ['vip'] } });
    segments.service.hang();
    expect(await segments.lookup('c1')).toMatchObject({ error: { code: 'TIMEOUT' } });
    segments.service.heal();
    expect(await segments.lookup('c1')).toMatchObject({ ok: true });
    expect(segments.service.asked).toHaveLength(1);
  });

  test('by hand, nothing happens that was not let happen', async () => {
    await using segments = createTestClient({ clock: 'manual' });
    segments.service.delay(40);
    const settled = vi.fn();
    void segments.lookup('c1').then(settled);
    await segments.advance(39);
    expect(settled).not.toHaveBeenCalled();
    await segments.advance(1);
    expect(settled).toHaveBeenCalledOnce();
  });

  test('an answer is fresh for exactly as long as the option says, and its age is what passed', async () => {
    await using segments = createTestClient({ freshMs: 1_000 });
    await segments.lookup('c1');
    await segments.advance(999);
    expect(segments.peek('c1')).toMatchObject({ servedFrom: 'cache', ageMs: 999 });
    await segments.advance(1);
    expect(segments.peek('c1')).toMatchObject({ servedFrom: 'stale', ageMs: 1_000 });
  });

  describe('faked by the test runner', () => {
    afterEach(() => void vi.useRealTimers());

    test('is none of the double’s business', async () => {
      vi.useFakeTimers({
        toFake: ['setTimeout', 'setInterval', 'setImmediate', 'Date', 'performance', 'queueMicrotask'],
      });
      const segments = createTestClient({ customers: { c1: ['vip'] } });
      segments.service.delay(100);
      expect(await segments.lookup('c1')).toMatchObject({ ok: true });
      vi.advanceTimersByTime(1_000_000_000);
      expect(segments.peek('c1')).toMatchObject({ servedFrom: 'cache', ageMs: 0 });
      await segments.advance(120_000);
      expect(segments.peek('c1')).toMatchObject({ servedFrom: 'stale', ageMs: 120_000 });
    });
  });
});

describe('faults', () => {
  test('can be of one customer, or of the next requests only', async () => {
    await using segments = createTestClient({ customers: { c1: ['vip'], c2: ['vip'] } });
    segments.service.fail('NETWORK', { of: 'c1' });
    expect(await segments.lookup('c1')).toMatchObject({ error: { code: 'NETWORK' } });
    expect(await segments.lookup('c2')).toMatchObject({ ok: true });
    segments.service.heal();
    segments.service.fail('SERVER', { times: 1 });
    expect(await segments.lookup('c1')).toMatchObject({ error: { code: 'SERVER' } });
    expect(await segments.lookup('c1')).toMatchObject({ ok: true });
  });

  test('the newest that fits counts; when it is used up, the one before', async () => {
    await using segments = createTestClient();
    segments.service.fail('SERVER');
    segments.service.fail('THROTTLED', { times: 1 });
    expect(await segments.lookup('c1')).toMatchObject({ error: { code: 'THROTTLED' } });
    expect(await segments.lookup('c1')).toMatchObject({ error: { code: 'SERVER' } });
  });

  test.each([
    ['TIMEOUT', 1],
    ['NETWORK', 1],
    ['OVERLOADED', 0],
    ['CIRCUIT_OPEN', 0],
    ['THROTTLED', 1],
    ['UNAUTHORIZED', 1],
    ['SERVER', 1],
    ['PROTOCOL', 1],
  ] as const)('%s is what the caller gets, however often', async (code, attempts) => {
    await using segments = createTestClient();
    segments.service.fail(code);
    for (let call = 0; call < 50; call += 1) {
      expect(await segments.lookup('c1')).toMatchObject({ ok: false, error: { code, attempts } });
    }
    expect(segments.stats().origin.breaker).toBe(code === 'CIRCUIT_OPEN' ? 'open' : 'closed');
  });

  test('UNKNOWN_SEGMENT meets only memberships that must be asked for', async () => {
    await using segments = createTestClient({ customers: { c1: { segmentIds: [], complete: false } } });
    segments.service.fail('UNKNOWN_SEGMENT');
    expect(await segments.lookup('c1')).toMatchObject({ ok: true });
    expect(await segments.checkMember('c1', 'tpyo')).toMatchObject({ ok: false, error: { code: 'UNKNOWN_SEGMENT' } });
  });

  test('rejections are of the class that the real client has', async () => {
    await using segments = createTestClient();
    segments.service.fail('NETWORK');
    await expect(segments.lookupOrThrow('c1')).rejects.toBeInstanceOf(SegmentLookupError);
  });

  test('what was asked is told in order', async () => {
    await using segments = createTestClient({ customers: { c1: { segmentIds: [], complete: false } } });
    await segments.checkMember('c1', 'not:b');
    await segments.ready();
    expect(segments.service.asked).toEqual([{ customerId: 'c1' }, { customerId: 'c1', segmentId: 'not:b' }, {}]);
  });

  test('a generation can be named', async () => {
    await using segments = createTestClient();
    segments.service.publish('20260914t031500z');
    expect(await segments.lookup('c1')).toMatchObject({
      generation: '20260914t031500z',
      computedAt: new Date('2026-09-14T03:15:00Z'),
    });
  });
});

/** As plain JavaScript calls: no type stands in the way. */
const untyped = <R>(call: (...args: never[]) => R, ...args: readonly unknown[]): R =>
  Reflect.apply(call, undefined, args);

test.each([
  { does: () => untyped(createTestClient, { deadlnieMs: 5 }), error: TypeError, names: 'did you mean deadlineMs?' },
  { does: () => untyped(createTestClient, { clock: 'fake' }), error: RangeError, names: 'clock is "fake"' },
  { does: () => untyped(createTestClient, { customers: { '': [] } }), error: TypeError, names: 'customer id ""' },
  { does: () => createTestClient({ customers: { c1: ['no good'] } }), error: TypeError, names: '"no good"' },
  { does: () => untyped(createTestClient().service.fail, 'CLOSED'), error: TypeError, names: '"CLOSED"' },
  { does: () => createTestClient().service.delay(-1), error: RangeError, names: 'delay is -1' },
  { does: () => createTestClient().service.fail('SERVER', { times: Number.NaN }), error: RangeError, names: 'times' },
  { does: () => createTestClient().service.rollBack(), error: RangeError, names: 'publish one first' },
  { does: () => createTestClient().service.publish('today'), error: Error, names: 'run id "today"' },
  { does: () => createTestClient().advance(Number.NaN), error: RangeError, names: 'advance takes' },
])('a mistake of the test itself is told: $names', async ({ does, error, names }) => {
  const failure = await new Promise((resolve) => resolve(does())).catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(error);
  expect(failure).toMatchObject({ message: expect.stringContaining(names) });
});
