/** The clock of renderers; a test turns its own. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Runs `action` again and again; never keeps the process alive. Returns how to stop it. */
  every(ms: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  every(ms, action) {
    const timer = setInterval(action, ms).unref();
    return () => clearInterval(timer);
  },
};
