/** The first SIGINT or SIGTERM asks to stop, the second one ends the process. */

const SECOND_SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 } as const;
/** One Ctrl-C arrives up to three times: from the terminal, from npm, from a parent process of ours. */
const SAME_SIGNAL_MS = 500;

/** What `process` offers, and a clock; a test passes its own. */
export interface Signals {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(code: number): void;
  now(): number;
}

/** Aborted by the first signal; its reason names the signal. */
export function stopSignal(process: Signals): AbortSignal {
  const controller = new AbortController();
  let firstAt = Number.POSITIVE_INFINITY;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (process.now() - firstAt > SAME_SIGNAL_MS) process.exit(SECOND_SIGNAL_EXIT[name]);
      else firstAt = Math.min(firstAt, process.now());
      controller.abort(new Error(name));
    });
  }
  return controller.signal;
}

export const processSignals: Signals = {
  on: (signal, listener) => process.on(signal, listener),
  exit: (code) => process.exit(code),
  now: () => performance.now(),
};

/** Resolves once the signal has aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
