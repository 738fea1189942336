/**
 * What becomes of callers when the segment service has a bad day: SEGMENT_STORE_CHAOS=on node game-day.ts
 * Without the variable it meets no fault.
 */
// #region chaos
import { createChaosClient } from '@segment-store/sdk/chaos';

const baseUrl = process.env.SEGMENT_STORE_URL ?? 'http://127.0.0.1:8080';
const segments = createChaosClient({ baseUrl, deadlineMs: 50 }, { reset: 0.1, hang: 0.1, latency: 0.2, latencyMs: 20 });
// #endregion

const CUSTOMERS = 100;
let worstMs = 0;
await segments.ready();
for (let customer = 0; customer < CUSTOMERS; customer += 1) {
  const before = performance.now();
  await segments.lookup(`${12_000 + customer}`);
  worstMs = Math.max(worstMs, performance.now() - before);
}
console.log(
  JSON.stringify({
    armed: segments.armed,
    worstMs: Math.round(worstMs),
    injected: segments.injected(),
    ...segments.stats(),
  }),
);
await segments.close();
