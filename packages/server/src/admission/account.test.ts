import { expect, test } from 'vitest';
import { InFlight } from './account.ts';
import type { CallerClass } from './admission.ts';
import { shareUsedUp, tooManyInFlight } from './refusals.ts';

const holder = (ofClass: CallerClass = 'critical') => ({ class: ofClass, held: 0 });
type Holder = ReturnType<typeof holder>;

/** How many of `count` requests are let in. */
function enter(inFlight: InFlight, one: Holder, count: number): number {
  let entered = 0;
  for (let index = 0; index < count; index++) {
    if (inFlight.against(one) !== undefined) continue;
    inFlight.enter(one);
    entered++;
  }
  return entered;
}

test('one caller alone may use most of the room, and leaves some for whoever comes', () => {
  const inFlight = new InFlight(100);
  const [greedy, other] = [holder(), holder()];
  expect(enter(inFlight, greedy, 500)).toBe(80);
  expect(inFlight.against(greedy)).toBe(shareUsedUp);
  expect(enter(inFlight, other, 500)).toBe(20);
});

test('whoever holds more than its share waits until the others have theirs', () => {
  const inFlight = new InFlight(100);
  const [greedy, other] = [holder(), holder()];
  enter(inFlight, greedy, 80);
  enter(inFlight, other, 1);
  for (let ended = 0; ended < 40; ended++) {
    inFlight.leave(greedy);
    expect(enter(inFlight, greedy, 1)).toBe(0);
    enter(inFlight, other, 1);
  }
  expect([greedy.held, other.held]).toEqual([40, 40]);
});

test('whoever has ended takes no share any more', () => {
  const inFlight = new InFlight(100);
  const [one, other] = [holder(), holder()];
  enter(inFlight, one, 10);
  while (one.held > 0) inFlight.leave(one);
  expect([enter(inFlight, other, 500), inFlight.total]).toEqual([80, 80]);
});

test('with room enough nobody is held to a share', () => {
  const inFlight = new InFlight(100);
  const many = Array.from({ length: 10 }, () => holder());
  for (const one of many) enter(inFlight, one, 1);
  expect(enter(inFlight, holder(), 30)).toBe(30);
});

test('the less important leave room for the others', () => {
  const inFlight = new InFlight(100);
  const fill = (ofClass: CallerClass) =>
    Array.from({ length: 100 }, () => enter(inFlight, holder(ofClass), 1)).reduce((sum, one) => sum + one, 0);
  expect([fill('best-effort'), inFlight.total]).toEqual([80, 80]);
  expect([fill('normal'), inFlight.total]).toEqual([10, 90]);
  expect([fill('critical'), inFlight.total]).toEqual([10, 100]);
  expect(inFlight.against(holder('critical'))).toBe(tooManyInFlight);
});
