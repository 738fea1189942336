import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, context, ROOT_CONTEXT, SpanStatusCode } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drivenServer, GENERATION, type Handler, problem, reply, serving } from './driven-server.ts';
import { createSegmentClient } from './index.ts';
import { type TelemetryOptions, withTelemetry } from './otel.ts';

/** The context of an application on Node, as the SDK for Node brings one. */
class NodeContext implements ContextManager {
  readonly #current = new AsyncLocalStorage<Context>();
  active = (): Context => this.#current.getStore() ?? ROOT_CONTEXT;
  with: ContextManager['with'] = (current, call, self, ...args) =>
    this.#current.run(current, () => Reflect.apply(call, self, args));
  bind: ContextManager['bind'] = (_, target) => target;
  enable = (): this => this;
  disable = (): this => this;
}
beforeAll(() => context.setGlobalContextManager(new NodeContext()));
afterAll(() => context.disable());

async function measured(handle: Handler, options: TelemetryOptions = {}) {
  const server = await drivenServer(handle);
  const figures = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: figures, exportIntervalMillis: 2 ** 31 - 1 });
  const meters = new MeterProvider({ readers: [reader] });
  const spans = new InMemorySpanExporter();
  const tracers = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] });
  const tracer = tracers.getTracer('application');
  const bare = createSegmentClient({
    baseUrl: server.url,
    deadlineMs: 10_000,
    attemptTimeoutMs: 10_000,
    flightTimeoutMs: 10_000,
  });
  const client = withTelemetry(bare, { meter: meters.getMeter('test'), tracer, ...options });
  return {
    client,
    tracer,
    spans: () => spans.getFinishedSpans(),
    /** Everything a collector would be sent. */
    async exported() {
      figures.reset();
      await reader.forceFlush();
      return figures.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await Promise.all([meters.shutdown(), tracers.shutdown(), server[Symbol.asyncDispose]()]);
    },
  };
}

type Exported = Awaited<ReturnType<Awaited<ReturnType<typeof measured>>['exported']>>;

/** What a figure shows: its value by the attribute `by`. */
function shownBy(exported: Exported, name: string, by: string): Record<string, unknown> {
  const figure = exported.find(({ descriptor }) => descriptor.name === `segment_store.client.${name}`);
  return Object.fromEntries(figure?.dataPoints.map(({ attributes, value }) => [`${attributes[by]}`, value]) ?? []);
}

const failing: Handler = (asked, response) =>
  asked.path.includes('/broken')
    ? reply(response, problem('internal', 500), { status: 500 })
    : serving()(asked, response);

test('reads are counted by source and error, levels are those of stats()', async () => {
  await using told = await measured(failing);
  for (const id of ['c1', 'c1', 'c1', 'broken']) await told.client.lookup(id);
  const exported = await told.exported();
  expect(shownBy(exported, 'lookups', 'segment_store.served_from')).toMatchObject({ server: 1, cache: 2, fallback: 1 });
  expect(shownBy(exported, 'errors', 'error.type')).toEqual({ SERVER: 1 });
  const levels = ['breaker.state', 'retry.tokens', 'requests.in_flight', 'cache.entries'];
  expect(levels.map((name) => Object.values(shownBy(exported, name, 'none'))[0])).toEqual([0, 10, 0, 1]);
  expect(Object.values(shownBy(exported, 'cache.size', 'none'))[0]).toBe(told.client.stats().cache.bytes);
});

test('every read has a duration, in seconds, with bounds that tell hits from misses', async () => {
  await using told = await measured(serving());
  await told.client.lookup('c1');
  await told.client.lookup('c1');
  await told.client.lookupMany(['c1', 'c2']);
  await told.client.lookupOrThrow('c1');
  await told.client.isMember('c1', 'recurrent:store:17');
  const figure = (await told.exported()).find(
    ({ descriptor }) => descriptor.name === 'segment_store.client.lookup.duration',
  );
  expect(figure?.descriptor.unit).toBe('s');
  const points = figure?.dataPoints ?? [];
  const operations = points.map(({ attributes }) =>
    [attributes['segment_store.operation'], attributes['segment_store.served_from']].join(),
  );
  expect(operations.sort()).toEqual([
    'checkMember,cache',
    'lookup,cache',
    'lookup,server',
    'lookupMany,',
    'lookupOrThrow,cache',
  ]);
  for (const { value } of points) {
    expect(value).toMatchObject({
      count: 1,
      buckets: { boundaries: expect.arrayContaining([0.0001, 0.001, 0.005, 0.1, 10]) },
    });
  }
});

test('a read that asks is a span below the caller’s, a hit is none', async () => {
  await using told = await measured(serving());
  await told.tracer.startActiveSpan('checkout', async (span) => {
    await told.client.lookup('c1');
    await told.client.lookup('c1');
    span.end();
  });
  const [lookup, checkout, ...others] = told.spans();
  expect(others).toEqual([]);
  expect(lookup).toMatchObject({
    name: 'segment_store lookup',
    parentSpanContext: { spanId: checkout?.spanContext().spanId },
    attributes: { 'segment_store.served_from': 'server', 'segment_store.generation': GENERATION },
    status: { code: SpanStatusCode.UNSET },
  });
});

test('a read that fails is a span that says why; what was refused here asked nobody', async () => {
  await using told = await measured(failing);
  await told.client.lookup('broken');
  await expect(told.client.lookupOrThrow('broken too')).rejects.toMatchObject({ code: 'SERVER' });
  await told.client.lookup('\n');
  const errors = told.spans().map(({ name, status, attributes }) => [name, status.code, attributes['error.type']]);
  expect(errors).toEqual([
    ['segment_store lookup', SpanStatusCode.ERROR, 'SERVER'],
    ['segment_store lookupOrThrow', SpanStatusCode.ERROR, 'SERVER'],
  ]);
});

test('no customer id is in anything that is exported', async () => {
  await using told = await measured(failing, { name: 'checkout' });
  const id = 'customer-1';
  await told.client.lookup(id);
  await told.client.lookupMany([id, 'customer-2']);
  await told.client.checkMember(id, 'other:segment');
  await told.client.lookup('broken');
  const spans = told.spans().map(({ name, attributes, status, events }) => ({ name, attributes, status, events }));
  const text = JSON.stringify([await told.exported(), spans]);
  expect(text).toContain('"segment_store.client.name":"checkout"');
  expect(text).not.toMatch(/customer-\d|broken/);
});

test('a closed client is told of no more', async () => {
  await using told = await measured(serving());
  await told.client.lookup('c1');
  await told.client.close();
  const exported = await told.exported();
  expect(shownBy(exported, 'cache.entries', 'none')).toEqual({});
});

test('a meter and a tracer that throw change no answer', async () => {
  const throwing = (): never => {
    throw new Error('hostile');
  };
  const instrument = { record: throwing, addCallback() {}, removeCallback() {} };
  const meter = Object.assign(new MeterProvider().getMeter('hostile'), { createHistogram: () => instrument });
  await using told = await measured(serving(), { meter, tracer: { startSpan: throwing, startActiveSpan: throwing } });
  expect(await told.client.lookup('c1')).toMatchObject({ ok: true });
  expect(await told.client.lookup('c1')).toMatchObject({ ok: true });
});

test('without an SDK that collects, reads go on', async () => {
  await using server = await drivenServer(serving());
  await using client = withTelemetry(createSegmentClient({ baseUrl: server.url, deadlineMs: 10_000 }));
  expect(await client.lookup('c1')).toMatchObject({ ok: true });
});
