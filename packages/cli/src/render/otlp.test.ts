import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { load } from '../event.fixture.ts';
import { type Span, startCollector } from './collector.fixture.ts';
import { otlp } from './otlp.ts';

function sender(endpoint: string) {
  const troubles: string[] = [];
  const renderer = otlp({
    program: 'segment-ingest',
    version: '1.2.3',
    command: 'load',
    endpoint,
    prefix: 'segment_ingest',
    clock: systemClock,
    wallClock: () => Date.now(),
    onTrouble: (text) => troubles.push(text),
  });
  return { ...renderer, troubles };
}

test('a span for the run, for each stage in it and each part in its stage; a failed part is an error', async () => {
  await using collector = await startCollector();
  const { say, close, troubles } = sender(collector.url);
  for (const event of load) say(event);
  await close();
  const spans = collector.spans();
  const parent = (span: Span) => spans.find(({ spanId }) => spanId === span.parentSpanId)?.name;
  const tree = spans.map((span) => `${parent(span) ?? ''} > ${span.name} ${span.status.code}`);
  expect(tree.sort()).toEqual([
    ' > segment-ingest load 0',
    'fill > part 0',
    'fill > part 2',
    'segment-ingest load > check 0',
    'segment-ingest load > fill 0',
    'segment-ingest load > gates 0',
  ]);
  const failed = spans.find(({ status }) => status.code === 2);
  expect(failed?.status.message).toBe('cut short');
  expect(failed?.attributes).toContainEqual({ key: 'part.name', value: { stringValue: 'members/p1' } });
  expect(failed?.attributes).toContainEqual({ key: 'error.type', value: { stringValue: 'CORRUPT' } });
  expect(spans.flatMap(({ events }) => events.map(({ name }) => name))).toEqual(['warning', 'gate', 'gate']);
  expect(collector.metrics().get('segment_ingest_rows_done{stage="fill"}')).toBe(1_234_567);
  expect(troubles).toEqual([]);
});

test('a command that failed is a failed span', async () => {
  await using collector = await startCollector();
  const { say, close } = sender(collector.url);
  say({ kind: 'error', text: 'not published', exitCode: 4 });
  await close();
  expect(collector.spans()).toMatchObject([
    { name: 'segment-ingest load', status: { code: 2, message: 'not published' } },
  ]);
  expect(collector.metrics().get('segment_ingest_exit_code')).toBe(4);
});

test('a collector that is not there is told once and costs two seconds at most', async () => {
  const { say, close, troubles } = sender('http://127.0.0.1:9');
  for (const event of load) say(event);
  const startedAt = performance.now();
  await close();
  expect(performance.now() - startedAt).toBeLessThan(2_500);
  expect(troubles).toEqual([expect.stringContaining('--otlp-endpoint http://127.0.0.1:9: ')]);
});

test('a collector that never answers costs two seconds at most', async () => {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const { say, close } = sender(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  for (const event of load) say(event);
  const startedAt = performance.now();
  await close();
  expect(performance.now() - startedAt).toBeLessThan(2_500);
  server.close();
});

test.each(['localhost', 'ftp://x', ''])('"%s" is no endpoint', (endpoint) => {
  expect(() => sender(endpoint)).toThrow('expected the http(s) URL');
});
