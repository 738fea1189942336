import { setTimeout as pause } from 'node:timers/promises';
import { collectorAt, openTracing } from '@segment-store/cli/collector';
import { type Collector, startCollector } from '@segment-store/cli/render/collector.fixture';
import { Hono } from 'hono';
import { expect, test, vi } from 'vitest';
import { storeUnavailable, toResponse } from '../errors.ts';
import type { Env } from '../handler.ts';
import { createTrace } from './trace.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';
const program = { program: 'segment-server', version: '1' };

async function tracedApp(collector: Collector) {
  const { tracer, close } = openTracing(collectorAt({ ...program, endpoint: collector.url, onTrouble() {} }), program);
  const { traced, operated } = createTrace(tracer);
  const app = new Hono<Env>();
  app.onError(() => toResponse(storeUnavailable('away')));
  const routes = {
    hit: () => new Response('x'),
    miss: async () => {
      await pause(5);
      operated({ system: 'redis', name: 'mget', seconds: 0.001 });
      operated({ system: 'elasticsearch', name: 'mget', seconds: 0.004 });
      return new Response('x');
    },
    fails: () => Promise.reject(storeUnavailable('away')),
  };
  for (const [name, answer] of Object.entries(routes)) {
    app.get(`/${name}`, traced({ method: 'GET', template: `/{${name}}` }, answer));
  }
  return { app, close };
}

test('a request that its caller traces is a span of the caller’s, with what it waited for', async () => {
  await using collector = await startCollector();
  const { app, close } = await tracedApp(collector);
  const headers = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01` };
  await Promise.all([app.request('/miss', { headers }), app.request('/hit', { headers })]);
  await close();
  const spans = collector.spans();
  const request = spans.find(({ name }) => name === 'GET /{miss}');
  expect(request?.parentSpanId).toBe(PARENT_ID);
  const children = spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId).map(({ name }) => name);
  expect(children.sort()).toEqual(['elasticsearch mget', 'redis mget']);
  expect(spans.find(({ name }) => name === 'GET /{hit}')?.parentSpanId).toBe(PARENT_ID);
});

test('of those nobody traces, errors are always kept, and a sample of the rest', async () => {
  await using collector = await startCollector();
  const { app, close } = await tracedApp(collector);
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.5);
  await app.request('/hit');
  await app.request('/fails', { headers: { traceparent: `00-${TRACE_ID}-${PARENT_ID}-00` } });
  random.mockReturnValue(0.001);
  await app.request('/miss');
  random.mockRestore();
  await close();
  const names = collector.spans().map(({ name }) => name);
  expect(names.filter((name) => name.startsWith('GET')).sort()).toEqual(['GET /{fails}', 'GET /{miss}']);
  expect(collector.spans().find(({ name }) => name === 'GET /{fails}')?.status.code).toBe(2);
});

test.each(['', 'nonsense', `00-${'0'.repeat(32)}-${PARENT_ID}-01`, `01-${TRACE_ID}-${PARENT_ID}-01`])(
  'a traceparent that is none is no parent: %j',
  async (traceparent) => {
    await using collector = await startCollector();
    const { app, close } = await tracedApp(collector);
    await app.request('/fails', { headers: { traceparent } });
    await close();
    expect(collector.spans().map(({ parentSpanId }) => parentSpanId || undefined)).toEqual([undefined]);
  },
);
