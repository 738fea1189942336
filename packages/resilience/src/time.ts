/** The one clock and the one timer; a test passes its own. */

export interface Time {
  /** Monotonic milliseconds. */
  now(): number;
  /** Runs `action` once, after `ms`; never keeps the process alive. Returns how to cancel it. */
  after(ms: number, action: () => void): () => void;
}

export declare const systemTime: Time;
/** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
export declare function sleep(ms: number, signal: AbortSignal, time?: Time): Promise<void>;
