/** All that the server tells of its requests: figures, lines, spans. */
import type { Say } from '@segment-store/cli/event';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { unlimited } from '@segment-store/resilience/operation';
import { sleep } from '@segment-store/resilience/time';
import { createRequestLog, stderrLines } from './log.ts';
import { together, type Watch } from './measured.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { TelemetrySettings } from './options.ts';
import { createTrace, type Trace, untraced } from './trace.ts';

const CLOSE_MS = 2_000;
const PROGRAM = { program: 'segment-server', version: '0.1.0' };

export interface Telemetry extends Pick<Trace, 'traced'> {
  readonly metrics: Metrics;
  readonly watch: Watch;
  /** Writes what is left, within 2 s. */
  close(): Promise<void>;
}

export interface TelemetryDeps {
  readonly say: Say;
  /** Which process of several this is. */
  readonly place: { readonly slot: number; readonly starts: number } | undefined;
}

/** @throws CommandError exit 2 for an endpoint that is none */
export async function openTelemetry(config: TelemetrySettings, { say, place }: TelemetryDeps): Promise<Telemetry> {
  const metrics = createMetrics();
  if (place !== undefined) metrics.watch({ place });
  const lines = stderrLines();
  const base = place === undefined ? {} : { worker: place.slot };
  const logs = lines === undefined ? [] : [createRequestLog({ sample: config.logSample, destination: lines, base })];
  const { trace, close } = await openTrace(config, say);
  return {
    metrics: {
      ...metrics,
      operated(operation) {
        metrics.operated(operation);
        trace.operated(operation);
      },
    },
    watch: together(metrics, ...logs),
    traced: trace.traced,
    async close() {
      lines?.flushSync();
      await Promise.race([close().catch(() => 'said already'), sleep(CLOSE_MS, unlimited.signal)]);
    },
  };
}

interface OpenTrace {
  readonly trace: Trace;
  close(): Promise<void>;
}

async function openTrace({ otlpEndpoint }: TelemetrySettings, say: Say): Promise<OpenTrace> {
  const endpoint = otlpEndpoint ?? (process.env.OTEL_EXPORTER_OTLP_ENDPOINT || undefined);
  if (endpoint === undefined) return { trace: untraced, close: async () => {} };
  const { collectorAt, openTracing } = await import('@segment-store/cli/collector'); // most servers do without
  const onTrouble = (text: string) => say({ kind: 'warning', text });
  try {
    const { tracer, close } = openTracing(collectorAt({ ...PROGRAM, endpoint, onTrouble }), PROGRAM);
    return { trace: createTrace(tracer), close };
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw new CommandError(exitCode.usage, `--otlp-endpoint ${endpoint}: ${why}`);
  }
}
