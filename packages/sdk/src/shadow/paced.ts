/** What can wait leaves in batches, at a pace; what finds no room is dropped. */
import type { Time } from '@segment-store/resilience/time';

export interface Paced<T> {
  /** False: there was no room. */
  offer(item: T): boolean;
  /** Forgets what waits, and takes nothing any more. */
  stop(): void;
}

export interface Pace {
  readonly perSecond: number;
  readonly maxBatch: number;
  readonly maxWaiting: number;
}

/** The next batch leaves once `send` has settled, however long that takes. */
export function createPaced<T>(
  { perSecond, maxBatch, maxWaiting }: Pace,
  send: (batch: readonly T[]) => Promise<void>,
  time: Time,
): Paced<T> {
  const size = Math.min(maxBatch, perSecond);
  const waiting: T[] = [];
  let cancel: (() => void) | undefined;
  let isStopped = false;

  function schedule(): void {
    cancel = time.after((1_000 * size) / perSecond, depart);
  }

  function depart(): void {
    const done = () => {
      cancel = undefined;
      if (waiting.length > 0 && !isStopped) schedule();
    };
    send(waiting.splice(0, size)).then(done, done);
  }

  return {
    offer(item) {
      if (isStopped || waiting.length >= maxWaiting) return false;
      waiting.push(item);
      if (cancel === undefined) schedule();
      return true;
    },
    stop() {
      isStopped = true;
      waiting.length = 0;
      cancel?.();
    },
  };
}
