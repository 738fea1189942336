/** A callback of the application's: it can neither delay a read nor fail one. */

export interface Guarded<T> {
  /** Calls back after the answer has left, and never waits for it. */
  tell(told: T): void;
  counts(): { readonly told: number; readonly failed: number };
}

/** So often in a row it may throw or reject; then it is not called any more. */
const MAX_FAILURES = 3;

export function guarded<T>(callback: ((told: T) => unknown) | undefined): Guarded<T> {
  const counts = { told: 0, failed: 0 };
  let inRow = 0;
  async function call(back: (told: T) => unknown, told: T): Promise<void> {
    try {
      await back(told);
      counts.told += 1;
      inRow = 0;
    } catch {
      counts.failed += 1;
      inRow += 1;
    }
  }
  return {
    tell(told) {
      if (callback !== undefined && inRow < MAX_FAILURES) queueMicrotask(() => void call(callback, told));
    },
    counts: () => ({ ...counts }),
  };
}
