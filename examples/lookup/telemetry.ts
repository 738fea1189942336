/** A lookup of a running server (npm start), and what OpenTelemetry is told of it: node telemetry.ts */
// #region telemetry
import { metrics } from '@opentelemetry/api';
import { ConsoleMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { createSegmentClient } from '@segment-store/sdk';
import { withTelemetry } from '@segment-store/sdk/otel';

const reader = new PeriodicExportingMetricReader({ exporter: new ConsoleMetricExporter() });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

const baseUrl = process.env.SEGMENT_STORE_URL ?? 'http://127.0.0.1:8080';
const segments = withTelemetry(createSegmentClient({ baseUrl }), { name: 'checkout' });
// #endregion
await segments.lookup('12583');
await reader.forceFlush();
await segments.close();
await reader.shutdown();
