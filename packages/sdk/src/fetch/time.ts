import type { Time } from '@segment-store/resilience/time';

/** Such runtimes fire longer timers at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Timers of the web platform: plain numbers, which cannot be told to let a process end. */
export const webTime: Time = {
  now: () => performance.now(),
  after(ms, action) {
    if (ms === Number.POSITIVE_INFINITY) return () => {};
    const timer = setTimeout(action, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
