import type { Clock } from './clock.ts';

export interface ManualClock extends Clock {
  /** Moves the clock, running what falls due on the way. */
  advance(ms: number): void;
}

export function manualClock(): ManualClock {
  let now = 0;
  const timers = new Set<{ readonly ms: number; at: number; readonly action: () => void }>();
  const next = (until: number) => [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => now,
    every(ms, action) {
      const timer = { ms, at: now + ms, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const until = now + ms;
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        now = timer.at;
        timer.at += timer.ms;
        timer.action();
      }
      now = until;
    },
  };
}
