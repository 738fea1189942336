/** A clock that a test turns by hand. */
import type { Time } from './time.ts';

export interface ManualTime extends Time {
  /** Moves the clock, running what falls due on the way in order of time, and lets promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Timers not yet run or cancelled. */
  pending(): number;
  /** When the next timer is due; undefined when none ever is. */
  next(): number | undefined;
}

/** `settled` resolves once promise chains have; by default after a turn of the event loop. */
export function manualTime(settled: () => Promise<void> = turn): ManualTime {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly action: () => void }>();
  const next = (until: number) => [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => now,
    pending: () => timers.size,
    next: () => next(Number.MAX_VALUE)?.at,
    after(ms, action) {
      const timer = { at: now + ms, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const until = now + ms;
      await settled();
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        timers.delete(timer);
        now = timer.at;
        timer.action();
        await settled();
      }
      now = until;
    },
  };
}

/** Promise chains of any length settle within one turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
