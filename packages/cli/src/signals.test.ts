import { expect, test } from 'vitest';
import { stopSignal } from './signals.ts';

function fakeProcess() {
  const listeners = new Map<string, () => void>();
  const exits: number[] = [];
  const clock = { now: 1_000 };
  const signal = stopSignal({
    on: (name, listener) => listeners.set(name, listener),
    exit: (code) => exits.push(code),
    now: () => clock.now,
  });
  return { signal, exits, clock, send: (name: string) => listeners.get(name)?.() };
}

test('the first signal aborts and names itself', () => {
  const { signal, exits, send } = fakeProcess();
  send('SIGINT');
  expect(signal.reason).toMatchObject({ message: 'SIGINT' });
  expect(exits).toEqual([]);
});

test('one Ctrl-C that arrives three times is one signal', () => {
  const { exits, clock, send } = fakeProcess();
  for (const name of ['SIGINT', 'SIGINT', 'SIGTERM']) {
    send(name);
    clock.now += 100;
  }
  expect(exits).toEqual([]);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('a second %s, later, ends the process with %i', (name, code) => {
  const { exits, clock, send } = fakeProcess();
  send('SIGINT');
  clock.now += 501;
  send(name);
  expect(exits).toEqual([code]);
});
