import { type CustomerId, parseCustomerId } from '@segment-store/contract/id';
import type { Member } from '@segment-store/contract/lines';
import { createCircuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { createLimiter } from '@segment-store/resilience/limit';
import { atFailureRate } from '@segment-store/resilience/opening';
import { type Operation, type Settled, unlimited } from '@segment-store/resilience/operation';
import { systemTime } from '@segment-store/resilience/time';
import type { Reader } from '@segment-store/store/store';
import { expect, test } from 'vitest';
import { loadedRun, RUN, unavailable } from '../fixture/store.ts';
import { encode } from './answer.ts';
import { CallersTime } from './callers-time.ts';
import { createL1 } from './l1.ts';
import { createReadPath, type Query, type ReadPathDeps } from './read-path.ts';
import { NO_FILTERS } from './select.ts';

type Read = Operation<readonly CustomerId[], Settled<Member | undefined>>;

const query = (id: string): Query => ({ view: 'ids', customerId: parseCustomerId(id), filters: NO_FILTERS });
const { generation, members, catalogue } = loadedRun(RUN, { c1: ['a'], c2: ['b'] });
const found: Read = async (ids) => ids.map((id) => ({ status: 'fulfilled', value: members.get(id) }));
/** Answers nothing, whatever becomes of the signal. */
const silent: Read = () => new Promise(() => {});

const none: ReadPathDeps['redis'] = (next) => next;

function path(read: Read, { most = 64, ms = { total: 400, store: 300 }, cooldownMs = 1_000, redis = none } = {}) {
  const reads: (readonly CustomerId[])[] = [];
  const l1 = createL1(1_000_000);
  const deps = {
    callersTime: new CallersTime(),
    limiter: createLimiter(most),
    breaker: createCircuitBreaker(atFailureRate(), { cooldownMs }),
    ms,
    l1: l1.cacheOf(generation.run, () => ({ reader, formers: new Map() })),
    redis,
    encode,
  };
  const reader: Reader = {
    generation,
    catalogue,
    read(ids, call) {
      reads.push(ids);
      return read(ids, call);
    },
    count: async () => [],
    async *membersOf() {},
    async [Symbol.asyncDispose]() {},
  };
  return { ...createReadPath(reader, deps), reads, deps };
}

const segmentIds = async (answer: ReturnType<ReturnType<typeof path>['ask']>) =>
  JSON.parse((await answer).value.body).segmentIds;

test('what is asked in one turn of the event loop is read at once, each customer once', async () => {
  const { ask, reads } = path(found);
  const answers = [ask(query('c1'), unlimited), ask(query('c2'), unlimited), ask(query('c1'), unlimited)];
  expect(await Promise.all(answers.map(segmentIds))).toEqual([['a'], ['b'], ['a']]);
  expect(reads).toEqual([['c1', 'c2']]);
});

test('Redis is asked once a customer, and what it has not is read at once', async () => {
  const asked: string[] = [];
  const { ask, reads } = path(found, {
    redis: (next) => async (customerId, call) => {
      asked.push(customerId);
      await new Promise((resolve) => setImmediate(resolve));
      return customerId === 'c2' ? undefined : next(customerId, call);
    },
  });
  const answers = ['c1', 'c2', 'c3', 'c1'].map((id) => ask(query(id), unlimited));
  expect(await Promise.all(answers.map(segmentIds))).toEqual([['a'], [], [], ['a']]);
  expect([asked, reads]).toEqual([['c1', 'c2', 'c3'], [['c1', 'c3']]]);
});

test('an answer stays: the second question reads nothing and is there synchronously', async () => {
  const { ask, peek, reads } = path(found);
  expect(peek(query('c1'))).toBeUndefined();
  await ask(query('c1'), unlimited);
  expect(peek(query('c1'))?.value.run).toBe(RUN);
  await ask(query('c1'), unlimited);
  expect(reads.length).toBe(1);
});

test('a caller that leaves takes the read with nobody: the late answer is kept', async () => {
  const store = Promise.withResolvers<void>();
  const { ask, peek } = path(async (ids, call) => {
    await store.promise;
    return found(ids, call);
  });
  const caller = new AbortController();
  const left = ask(query('c1'), { ...unlimited, signal: caller.signal });
  const stays = ask(query('c1'), unlimited);
  caller.abort();
  await expect(left).rejects.toMatchObject({ code: 'ABORTED' });
  store.resolve();
  expect(await segmentIds(stays)).toEqual(['a']);
  expect(peek(query('c1'))).toBeDefined();
});

test('a silent store ends as TIMEOUT, and its timeouts open the breaker', async () => {
  const { ask, reads, deps } = path(silent, { ms: { total: 400, store: 5 } });
  for (let read = 0; read < 20; read++) {
    await expect(ask(query(`c${read}`), unlimited)).rejects.toMatchObject({ code: 'TIMEOUT' });
  }
  expect(deps.breaker.state).toBe('open');
  await expect(ask(query('next'), unlimited)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
  expect(reads.length).toBe(20);
  expect(deps.limiter.inFlight).toBe(0);
});

test('an answer late for its caller is in time for the next one: the caller’s ceiling is not the read’s', async () => {
  const store = Promise.withResolvers<void>();
  const { ask, peek } = path(
    async (ids, call) => {
      await store.promise;
      return found(ids, call);
    },
    { ms: { total: 5, store: 300 } },
  );
  await expect(ask(query('c1'), unlimited)).rejects.toMatchObject({ code: 'TIMEOUT' });
  store.resolve();
  await expect.poll(() => peek(query('c1'))).toBeDefined();
});

test('refusals of our own limiter are no samples of the breaker', async () => {
  const { ask, deps, reads } = path(silent, { most: 1, ms: { total: 400, store: 200 } });
  const first = ask(query('c0'), unlimited);
  await expect.poll(() => reads.length).toBe(1);
  for (let read = 1; read <= 30; read++) {
    await expect(ask(query(`c${read}`), unlimited)).rejects.toMatchObject({ code: 'OVERLOADED' });
  }
  expect(deps.breaker.state).toBe('closed');
  await expect(first).rejects.toMatchObject({ code: 'TIMEOUT' });
});

test('a probe that our own limiter refuses says nothing of the store: the breaker stays open', async () => {
  const { ask, deps } = path(() => Promise.reject(unavailable()), { cooldownMs: 1 });
  for (let read = 0; read < 20; read++) {
    await expect(ask(query(`c${read}`), unlimited)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }
  deps.limiter.inFlight = deps.limiter.max;
  await expect(ask(query('probe'), unlimited)).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect(deps.breaker.state).toBe('open');
});

test('one failed read of a batch fails its own customer only, and is not kept', async () => {
  let away = true;
  const { ask } = path(async (ids) =>
    ids.map((id) =>
      id === 'c2' && away
        ? { status: 'rejected', reason: unavailable() }
        : { status: 'fulfilled', value: members.get(id) },
    ),
  );
  const [first, second] = [ask(query('c1'), unlimited), ask(query('c2'), unlimited)];
  await expect(second).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await segmentIds(first)).toEqual(['a']);
  away = false;
  expect(await segmentIds(ask(query('c2'), unlimited))).toEqual(['b']);
});

test('whose time is up is told so, and what was read for them is there for the next one', async () => {
  const reading = Promise.withResolvers<void>();
  const { ask, peek } = path(async (ids, call) => {
    await reading.promise;
    return found(ids, call);
  });
  const refused = ask(query('c1'), { ...unlimited, deadlineAt: systemTime.now() + 10 });
  await expect(refused).rejects.toMatchObject({ code: 'TOO_LATE' });
  reading.resolve();
  await expect.poll(() => peek(query('c1'))?.value.known).toBe(true);
});

test('the store is not asked for somebody who left while Redis was', async () => {
  const asking = Promise.withResolvers<void>();
  const { ask, reads } = path(found, {
    redis: (next) => async (customerId, call) => {
      await asking.promise;
      return next(customerId, call);
    },
  });
  const left = ask(query('c1'), { ...unlimited, deadlineAt: systemTime.now() + 10 });
  const stays = ask(query('c2'), unlimited);
  await expect(left).rejects.toMatchObject({ code: 'TOO_LATE' });
  asking.resolve();
  await stays;
  expect(reads).toEqual([['c2']]);
});
