/** The first SIGINT or SIGTERM asks to stop, the second one ends the process. */

const SECOND_SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 } as const;

/** What `process` offers; a test passes its own. */
export interface Signals {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(code: number): void;
}

/** Aborted by the first signal; its reason names the signal. */
export function stopSignal(process: Signals): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(SECOND_SIGNAL_EXIT[name]);
      else controller.abort(new Error(name));
    });
  }
  return controller.signal;
}
