import { expect, test } from 'vitest';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { createGathering } from './gathering.ts';

const hits = (text: string) => Number(/^segment_cache_requests_total\{.*\} (\d+)$/m.exec(text)?.[1]);
const askedOf = (slot: number, metrics: Metrics) => ({ slot, ask: metrics.figures });

test('what a worker counted stays counted when it has ended, its levels do not', async () => {
  const gathering = createGathering();
  const [first, second] = [createMetrics(), createMetrics()];
  first.watch({ limiters: { store: { inFlight: 5 } } });
  first.cacheAsked('l1', 'hit');
  second.cacheAsked('l1', 'hit');
  expect(hits(await gathering.scrape([askedOf(1, first), askedOf(2, second)]))).toBe(2);
  await gathering.ended(1);
  const text = await gathering.scrape([askedOf(2, second)]);
  expect(hits(text)).toBe(2);
  expect(text).not.toContain('segment_inflight{');
  const third = createMetrics();
  third.cacheAsked('l1', 'hit');
  expect(hits(await gathering.scrape([askedOf(1, third), askedOf(2, second)]))).toBe(3);
});

test('a worker too busy to answer is left as it was seen last', async () => {
  const gathering = createGathering();
  const metrics = createMetrics();
  metrics.cacheAsked('l1', 'hit');
  await gathering.scrape([askedOf(1, metrics)]);
  expect(hits(await gathering.scrape([{ slot: 1, ask: () => new Promise(() => {}) }]))).toBe(1);
});
