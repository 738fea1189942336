/**
 * Traces and metrics by OTLP/HTTP: a span for the run, each stage and each part, and the figures of `samples`. A
 * collector that is down costs the command at most 2 s at its end.
 */
import { ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { Clock } from '../clock.ts';
import { type Collector, type CollectorOptions, collectorAt, openTracing } from '../collector.ts';
import type { CommandEvent, ItemEvent, Renderer } from '../event.ts';
import { createSamples, type Samples } from './samples.ts';

const SEND_MS = 15_000;
const END_MS = 2_000;
/** The reader's own timer is not used: figures are sent as they are recorded. */
const NEVER_MS = 2 ** 31 - 1;

export interface OtlpOptions extends CollectorOptions {
  readonly command: string;
  /** Before every metric: `segment_ingest`. */
  readonly prefix: string;
  readonly clock: Clock;
  wallClock(): number;
}

/** @throws TypeError for an endpoint that is no HTTP URL */
export function otlp(options: OtlpOptions): Renderer {
  const collector = collectorAt(options);
  const [spans, metrics] = [traced(options, collector), metered(options, collector)];
  return {
    say(event) {
      spans.say(event);
      metrics.say(event);
    },
    async close() {
      const sent = Promise.allSettled([spans.close(), metrics.close()]).then(() => true);
      const late = new Promise<boolean>((resolve) => setTimeout(resolve, END_MS, false).unref());
      if (!(await Promise.race([sent, late])))
        collector.onTrouble(`--otlp-endpoint ${options.endpoint}: no answer in time`);
    },
  };
}

function metered(
  { prefix, program, version, clock, wallClock }: OtlpOptions,
  { base, resource, heard }: Collector,
): Renderer {
  const exporter = heard(new OTLPMetricExporter({ url: `${base}/v1/metrics` }));
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: NEVER_MS });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const meter = provider.getMeter(program, version);
  const samples: Samples = createSamples(wallClock);
  const record = () => {
    for (const { name, help, labels, value } of samples.list()) {
      meter.createGauge(`${prefix}_${name}`, { description: help }).record(value, labels);
    }
  };
  const stop = clock.every(SEND_MS, () => {
    record();
    void provider.forceFlush().catch(() => 'heard already');
  });
  return {
    say: samples.say,
    close() {
      stop();
      samples.end();
      record();
      return provider.shutdown();
    },
  };
}

function traced(options: OtlpOptions, collector: Collector): Renderer {
  const { program, command } = options;
  const { tracer, close } = openTracing(collector, options);
  const start = (name: string, parent?: Span) => {
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent);
    return tracer.startSpan(name, {}, context);
  };
  const run = start([program, command].filter(Boolean).join(' '));
  const items = new Map<string, Span>();
  let stage: Span | undefined;
  const hear = (event: CommandEvent) => {
    if (event.kind === 'stage') {
      stage?.end();
      stage = start(event.stage, run);
      if (event.detail !== undefined) stage.setAttribute('detail', event.detail);
    } else if (event.kind === 'item') hearItem(event, items, () => start(event.item, stage ?? run));
    else if (event.kind === 'verdict') {
      const { kind, ...attributes } = event;
      (stage ?? run).addEvent('gate', attributes);
    } else if (event.kind === 'warning') (stage ?? run).addEvent('warning', { text: event.text });
    else if (event.kind === 'error') run.setStatus({ code: SpanStatusCode.ERROR, message: event.text });
    else if (event.kind === 'result') run.setAttributes(plain(event.data));
  };
  return {
    say: hear,
    close() {
      for (const span of items.values()) span.setAttribute('unfinished', true).end();
      stage?.end();
      run.end();
      return close();
    },
  };
}

function hearItem({ item, name, state, figures, failure }: ItemEvent, open: Map<string, Span>, start: () => Span) {
  const key = `${item} ${name}`;
  const span = open.get(key) ?? start();
  open.set(key, span);
  span.setAttributes({ [`${item}.name`]: name, ...figures });
  if (state === 'begun') return;
  if (state === 'failed') span.setStatus({ code: SpanStatusCode.ERROR, message: failure?.text ?? '' });
  if (failure !== undefined) span.setAttribute('error.type', failure.code);
  span.end();
  open.delete(key);
}

/** Numbers, texts and switches: the attributes a span may have. */
function plain(data: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> {
  const attributes: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(data)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') attributes[key] = value;
  }
  return attributes;
}
