/**
 * How busy the event loop is. Its delay is measured here: the histogram of `perf_hooks` counts its own interval in, and
 * leaves out the first one after each reset, so that a stall of half a second was not in it.
 */
import { performance } from 'node:perf_hooks';
import type { Time } from '@segment-store/resilience/time';

export interface LoopLoad {
  /** What of the time it worked, 0 to 1. */
  readonly utilisation: number;
  /** How late it came to what was due, at worst; of some ten times that is their p99. */
  readonly delayMs: number;
  /** How long the time was. */
  readonly overMs: number;
}

export interface LoopDeps {
  readonly time: Time;
  /** Of the time since the call before. */
  utilisation(): number;
  onLoad(load: LoopLoad): void;
}

const RESOLUTION_MS = 10;
const SAMPLE_MS = 100;

/** Until it is disposed of; keeps no process alive. */
export function watchLoop({ time, utilisation, onLoad }: LoopDeps): Disposable {
  let startedAt = time.now();
  let dueAt = startedAt + RESOLUTION_MS;
  let delayMs = 0;
  let cancel = time.after(RESOLUTION_MS, tick);
  function tick(): void {
    const now = time.now();
    delayMs = Math.max(delayMs, now - dueAt);
    if (now - startedAt >= SAMPLE_MS) {
      onLoad({ utilisation: utilisation(), delayMs, overMs: now - startedAt });
      startedAt = now;
      delayMs = 0;
    }
    dueAt = now + RESOLUTION_MS;
    cancel = time.after(RESOLUTION_MS, tick);
  }
  return { [Symbol.dispose]: () => cancel() };
}

/** Of this process's loop. */
export function loopUtilisation(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}
