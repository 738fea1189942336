/**
 * An OpenTelemetry collector that takes OTLP/HTTP in JSON. Nothing is registered globally, so that no client of ours
 * traces on its own.
 */
import type { Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

const QUEUE = 16_384;

export interface Program {
  readonly program: string;
  readonly version: string;
}

export interface CollectorOptions extends Program {
  /** Base URL: `http://127.0.0.1:4318`. */
  readonly endpoint: string;
  /** Hears of a collector that does not take what is sent, once. */
  onTrouble(text: string): void;
}

export interface Collector {
  /** Without a slash at its end. */
  readonly base: string;
  readonly resource: Resource;
  readonly onTrouble: (text: string) => void;
  /** `exporter`, whose failures are heard. */
  heard<E extends Exporter>(exporter: E): E;
}

interface Exporter {
  export(items: never, done: (result: { readonly code: number; readonly error?: Error }) => void): void;
}

/** @throws TypeError for an endpoint that is no HTTP URL */
export function collectorAt({ program, version, endpoint, onTrouble }: CollectorOptions): Collector {
  const own = resourceFromAttributes({ 'service.name': program, 'service.version': version });
  const tell = once(onTrouble);
  return {
    base: httpUrl(endpoint),
    resource: own.merge(detectResources({ detectors: [envDetector] })), // OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES win
    onTrouble: tell,
    heard(exporter) {
      const send = exporter.export.bind(exporter);
      exporter.export = (items, done) =>
        send(items, (result) => {
          if (result.error !== undefined) tell(`--otlp-endpoint ${endpoint}: ${result.error.message}`);
          done(result);
        });
      return exporter;
    },
  };
}

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is left. Never settles while the collector is silent. */
  close(): Promise<void>;
}

export function openTracing({ base, resource, heard }: Collector, { program, version }: Program): Tracing {
  const exporter = heard(new OTLPTraceExporter({ url: `${base}/v1/traces` }));
  const processor = new BatchSpanProcessor({ exporter, maxQueueSize: QUEUE });
  const provider = new TracerProvider({ resource, spanProcessors: [processor] });
  return { tracer: provider.getTracer(program, version), close: () => provider.shutdown() };
}

function httpUrl(endpoint: string): string {
  const url = URL.parse(endpoint);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return endpoint.replace(/\/+$/, '');
  throw new TypeError('expected the http(s) URL of an OpenTelemetry collector');
}

function once(tell: (text: string) => void): (text: string) => void {
  let told = false;
  return (text) => {
    if (!told) tell(text);
    told = true;
  };
}
