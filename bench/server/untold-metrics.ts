/** In place of the server's: nothing is counted. */
import { createMetrics as create, type Metrics } from '../../packages/server/src/telemetry/metrics.ts';

export function createMetrics(): Metrics {
  return { ...create(), cacheAsked() {}, shed() {}, operated() {} };
}
