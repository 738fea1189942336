/** The one clock and the one timer; a test passes its own. */

export interface Time {
  /** Monotonic milliseconds. */
  now(): number;
  /** Runs `action` once, after `ms`; never keeps the process alive. Returns how to cancel it. */
  after(ms: number, action: () => void): () => void;
}

/** Node fires longer timers at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemTime: Time = {
  now: performance.now.bind(performance),
  after(ms, action) {
    if (ms === Number.POSITIVE_INFINITY) return () => {};
    const timer = setTimeout(action, Math.min(ms, LONGEST_TIMER_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Timers that let what has arrived be read first: an event loop that was busy is no slow dependency. */
export const afterReading = (time: Time = systemTime): Time => ({
  now: time.now,
  after(ms, action) {
    let cancelled = false;
    const cancel = time.after(ms, () => setImmediate(() => cancelled || action()));
    return () => {
      cancelled = true;
      cancel();
    };
  },
});

/** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
export function sleep(ms: number, signal: AbortSignal, time: Time = systemTime): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = time.after(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Whether `ms` went by: false as soon as the signal aborts. For what is done again and again until then. */
export function slept(ms: number, signal: AbortSignal, time: Time = systemTime): Promise<boolean> {
  return sleep(ms, signal, time).then(
    () => true,
    () => false,
  );
}
