/** Runtimes end what an event began in the middle of an await: here, by a promise that never settles. */
import { Failure } from '@segment-store/resilience/failure';
import { manualTime } from '@segment-store/resilience/manual-time';
import { type Operation, unlimited } from '@segment-store/resilience/operation';
import { expect, test, vi } from 'vitest';
import { leasedBreaker } from './leased-breaker.ts';
import { leasedFlight } from './leased-flight.ts';
import { leasedLimit } from './leased-limit.ts';

const never = () => new Promise<never>(() => {});
const fault = () => Promise.reject(new Failure('SERVER', 'it failed', { fault: true }));
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error: Failure) => error.code,
  );

const keeping = () => {
  const kept = new Map<string, string>();
  return {
    kept,
    keyOf: (id: string) => id,
    get: () => undefined,
    set: (id: string, value: string) => void kept.set(id, value),
  };
};

test('a flight is joined while whoever began it may still wait', async () => {
  const time = manualTime();
  const asked: Operation<string, string> = vi.fn(never);
  const fly = leasedFlight(keeping(), { leaseMs: 150, time, waitUntil() {} })(asked);
  void fly('c1', unlimited);
  await time.advance(149);
  void fly('c1', unlimited);
  expect(asked).toHaveBeenCalledTimes(1);
  await time.advance(1);
  void fly('c1', unlimited);
  expect(asked).toHaveBeenCalledTimes(2);
});

test('a flight that lands fills the cache, also after its lease', async () => {
  const time = manualTime();
  const cache = keeping();
  const { promise, resolve } = Promise.withResolvers<string>();
  const flights: Promise<unknown>[] = [];
  const options = { leaseMs: 150, time, waitUntil: (flight: Promise<unknown>) => void flights.push(flight) };
  const fly = leasedFlight(cache, options)(() => promise);
  void fly('c1', unlimited);
  await time.advance(1_000);
  void fly('c1', unlimited);
  resolve('answer');
  await Promise.all(flights);
  expect(cache.kept).toEqual(new Map([['c1', 'answer']]));
  expect(flights).toHaveLength(2);
});

test('a call that never ends gives its place back when its lease is over', async () => {
  const time = manualTime();
  const limit = leasedLimit(2, 1_000, time);
  const call = limit.policy(never);
  void call('a', unlimited);
  await time.advance(500);
  void call('b', unlimited);
  expect(await codeOf(call('c', unlimited))).toBe('OVERLOADED');
  await time.advance(500);
  expect(limit.inFlight()).toBe(1);
  void call('c', unlimited);
  expect(limit.inFlight()).toBe(2);
});

test('ten faults in a row open the breaker; an answer between them does not let it', async () => {
  const breaker = leasedBreaker(manualTime());
  for (let call = 0; call < 9; call += 1) await codeOf(breaker.run(fault));
  await breaker.run(async () => 'answer');
  for (let call = 0; call < 9; call += 1) await codeOf(breaker.run(fault));
  expect(breaker.state).toBe('closed');
  expect(await codeOf(breaker.run(fault))).toBe('SERVER');
  expect(breaker.state).toBe('open');
  expect(await codeOf(breaker.run(fault))).toBe('CIRCUIT_OPEN');
});

test('after each rest one call is let through; its answer closes the breaker, its fault doubles the rest', async () => {
  const time = manualTime();
  const breaker = leasedBreaker(time);
  for (let call = 0; call < 10; call += 1) await codeOf(breaker.run(fault));
  await time.advance(1_000);
  expect(breaker.state).toBe('half-open');
  expect(await codeOf(breaker.run(fault))).toBe('SERVER');
  await time.advance(1_999);
  expect(await codeOf(breaker.run(fault))).toBe('CIRCUIT_OPEN');
  await time.advance(1);
  expect(await codeOf(breaker.run(async () => 'answer'))).toBe('ok');
  expect(breaker.state).toBe('closed');
});

test('a probe that never ends does not keep the breaker half-open: after its rest another goes', async () => {
  const time = manualTime();
  const breaker = leasedBreaker(time);
  for (let call = 0; call < 10; call += 1) await codeOf(breaker.run(fault));
  await time.advance(1_000);
  void breaker.run(never);
  expect(await codeOf(breaker.run(async () => 'answer'))).toBe('CIRCUIT_OPEN');
  await time.advance(2_000);
  expect(await codeOf(breaker.run(async () => 'answer'))).toBe('ok');
  expect(breaker.state).toBe('closed');
});

test('faults of calls begun before it opened do not lengthen the rest', async () => {
  const time = manualTime();
  const breaker = leasedBreaker(time);
  await Promise.all(Array.from({ length: 64 }, () => codeOf(breaker.run(fault))));
  await time.advance(1_000);
  expect(await codeOf(breaker.run(async () => 'answer'))).toBe('ok');
});

test('what is no fault of the service opens nothing', async () => {
  const breaker = leasedBreaker(manualTime());
  const refused = () => Promise.reject(new Failure('UNAUTHORIZED', 'no'));
  for (let call = 0; call < 20; call += 1) await codeOf(breaker.run(refused));
  expect(breaker.state).toBe('closed');
});
