import { expect, test } from 'vitest';
import { askedIn } from './asked.ts';
import { planned, requestsOf, secondsOf } from './planned.ts';
import { PROFILES, profileNames } from './profile.ts';

const pace = { perSecond: 200, durationMs: 60_000 };
const customers = Array.from({ length: 1_000 }, (_, index) => `c${index}`);

test('a spike is five times the rate for a fifth of the time, behind a lead-in that does not count', () => {
  expect(planned(PROFILES.spike, pace)).toEqual([
    { name: 'lead-in', perSecond: 50, requests: 250, counts: false },
    { name: 'before', perSecond: 200, requests: 4_800, counts: true },
    { name: 'spike', perSecond: 1_000, requests: 12_000, counts: true },
    { name: 'after', perSecond: 200, requests: 4_800, counts: true },
  ]);
});

test('a slow load is led in slowly', () => {
  expect(planned(PROFILES.steady, { ...pace, perSecond: 10 })[0]).toMatchObject({ perSecond: 10, requests: 50 });
});

test.each(profileNames)('%s takes as long as it is told to, and each request has somebody to ask for', (name) => {
  const phases = planned(PROFILES[name], pace);
  expect(secondsOf(phases.filter(({ counts }) => counts))).toBeCloseTo(60, 1);
  const asked = askedIn(phases, { mix: PROFILES[name].mix, customers, strangers: 'new' });
  expect(asked).toHaveLength(requestsOf(phases));
  expect(asked).toEqual(askedIn(phases, { mix: PROFILES[name].mix, customers, strangers: 'new' }));
});

/** Of what counts, how many requests are so. */
function share(name: keyof typeof PROFILES, isSo: (asked: { customer: string; caller: string }) => boolean): number {
  const counted = planned(PROFILES[name], pace).filter(({ counts }) => counts);
  const asked = askedIn(counted, { mix: PROFILES[name].mix, customers, strangers: 'new' });
  return asked.filter(isSo).length / asked.length;
}

test('mixes are what their profiles say', () => {
  const isStranger = ({ customer }: { customer: string }) => customer.startsWith('stranger-');
  expect(share('steady', isStranger)).toBeCloseTo(0.02, 2);
  expect(share('unknown-ids', isStranger)).toBeCloseTo(0.5, 1);
  expect(share('hot-key', ({ customer }) => customer === 'c500')).toBeCloseTo(0.2, 1);
  expect(share('steady', ({ customer }) => customer === 'c500')).toBeLessThan(0.01);
  expect(share('abusive-key', ({ caller }) => caller === 'abusive')).toBeCloseTo(0.75, 1);
  expect(share('steady', ({ caller }) => caller === 'abusive')).toBe(0);
});
