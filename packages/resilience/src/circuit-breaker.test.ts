import { expect, test } from 'vitest';
import { circuitBreaker, createCircuitBreaker } from './circuit-breaker.ts';
import { Failure } from './failure.ts';
import { type ManualTime, manualTime } from './manual-time.ts';
import { afterFailuresInARow, atFailureRate } from './opening.ts';
import { stack, unlimited } from './operation.ts';

const fault = new Failure('NETWORK', 'reset', { fault: true });

function guarded(time: ManualTime, options = {}, opening = atFailureRate({ minimumThroughput: 4 }, time)) {
  const breaker = createCircuitBreaker(opening, { cooldownMs: 1_000, ...options }, time);
  const dependency = { calls: 0, answer: (): Promise<string> => Promise.reject(fault) };
  const send = stack([circuitBreaker(breaker)], async (_: string) => {
    dependency.calls += 1;
    return dependency.answer();
  });
  const ask = () => send('x', unlimited).catch((error: Failure) => error.code);
  const askTimes = async (times: number) => {
    for (let call = 0; call < times; call += 1) await ask();
  };
  return { breaker, dependency, ask, askTimes };
}

test('it opens at the failure rate once there are enough samples, then refuses without asking', async () => {
  const { breaker, dependency, ask, askTimes } = guarded(manualTime());
  await askTimes(3);
  expect(breaker.state).toBe('closed');
  await askTimes(1);
  expect(breaker.state).toBe('open');
  expect(await ask()).toBe('CIRCUIT_OPEN');
  expect(dependency.calls).toBe(4);
});

test.each([
  ['half failed', (time: ManualTime) => atFailureRate({ minimumThroughput: 4 }, time)],
  ['they failed in a row', (time: ManualTime) => afterFailuresInARow({ failures: 4 }, time)],
])('where it opens when %s, old samples expire by the clock even when nobody calls', async (_, opening) => {
  const time = manualTime();
  const { breaker, askTimes } = guarded(time, {}, opening(time));
  await askTimes(3);
  await time.advance(10_001);
  await askTimes(3);
  expect(breaker.state).toBe('closed');
});

test('half-open lets one probe through and refuses everyone else at once; success closes', async () => {
  const time = manualTime();
  const { breaker, dependency, ask, askTimes } = guarded(time);
  await askTimes(4);
  await time.advance(1_200);
  const probe = Promise.withResolvers<string>();
  dependency.answer = () => probe.promise;
  const probing = ask();
  expect(await Promise.all([ask(), ask()])).toEqual(['CIRCUIT_OPEN', 'CIRCUIT_OPEN']);
  expect(breaker.state).toBe('half-open');
  probe.resolve('well');
  expect(await probing).toBe('well');
  expect(breaker.state).toBe('closed');
  expect(dependency.calls).toBe(5);
});

test('a failed probe doubles the rest', async () => {
  const time = manualTime();
  const { breaker, dependency, askTimes } = guarded(time);
  await askTimes(4);
  await time.advance(1_200);
  await askTimes(1);
  await time.advance(1_300);
  await askTimes(1);
  expect(dependency.calls).toBe(5);
  await time.advance(1_200);
  await askTimes(1);
  expect(dependency.calls).toBe(6);
  expect(breaker.state).toBe('open');
});

test('what is not a fault never opens it', async () => {
  const { breaker, dependency, askTimes } = guarded(manualTime());
  dependency.answer = () => Promise.reject(new Failure('UNAUTHORIZED', 'no'));
  await askTimes(50);
  expect(breaker.state).toBe('closed');
});

test('a probe that its caller aborted does not close it', async () => {
  const time = manualTime();
  const { breaker, dependency, ask, askTimes } = guarded(time);
  await askTimes(4);
  await time.advance(1_200);
  dependency.answer = () => Promise.reject(new Failure('ABORTED', 'left'));
  expect(await ask()).toBe('ABORTED');
  expect(breaker.state).toBe('open');
});

test('a call begun before the circuit opened that fails late ends no probe', async () => {
  const time = manualTime();
  const { breaker, dependency, ask, askTimes } = guarded(time);
  const late = Promise.withResolvers<string>();
  dependency.answer = () => late.promise;
  const slow = Array.from({ length: 5 }, ask);
  dependency.answer = () => Promise.reject(fault);
  await askTimes(4);
  await time.advance(1_200);
  const probe = Promise.withResolvers<string>();
  dependency.answer = () => probe.promise;
  const probing = ask();
  late.reject(fault);
  expect(await Promise.all(slow)).toEqual(['NETWORK', 'NETWORK', 'NETWORK', 'NETWORK', 'NETWORK']);
  expect(breaker.state).toBe('half-open');
  probe.resolve('well');
  expect(await probing).toBe('well');
  expect(breaker.state).toBe('closed');
});

test('failures of before the circuit opened do not open it again after it closed', async () => {
  const time = manualTime();
  const { breaker, dependency, ask, askTimes } = guarded(time);
  const late = Promise.withResolvers<string>();
  dependency.answer = () => late.promise;
  const slow = Array.from({ length: 5 }, ask);
  dependency.answer = () => Promise.reject(fault);
  await askTimes(4);
  await time.advance(1_200);
  dependency.answer = async () => 'well';
  await askTimes(1);
  late.reject(fault);
  await Promise.all(slow);
  expect(breaker.state).toBe('closed');
});

test('it admits a call while closed and once its rest is over, nobody beside a probe; every change is told', async () => {
  const time = manualTime();
  const states: string[] = [];
  const { breaker, dependency, ask, askTimes } = guarded(time, { onState: (state: string) => states.push(state) });
  expect(breaker.admits).toBe(true);
  await askTimes(4);
  expect(breaker.admits).toBe(false);
  await time.advance(1_200);
  expect(breaker.admits).toBe(true);
  const probe = Promise.withResolvers<string>();
  dependency.answer = () => probe.promise;
  const probing = ask();
  expect(breaker.admits).toBe(false);
  probe.resolve('well');
  await probing;
  expect([breaker.admits, ...states]).toEqual([true, 'open', 'half-open', 'closed']);
});

test('where only failures in a row count, a service that answers now and then is not left alone', async () => {
  const time = manualTime();
  const { breaker, dependency, ask, askTimes } = guarded(time, {}, afterFailuresInARow({ failures: 4 }, time));
  for (let round = 0; round < 20; round += 1) {
    await askTimes(3);
    dependency.answer = async () => 'well';
    await ask();
    dependency.answer = () => Promise.reject(fault);
  }
  expect(breaker.state).toBe('closed');
  await askTimes(4);
  expect(breaker.state).toBe('open');
});
