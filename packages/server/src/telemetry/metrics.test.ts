import { Failure } from '@segment-store/resilience/failure';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { problemOf, storeUnavailable, toResponse } from '../errors.ts';
import type { Env } from '../handler.ts';
import { measured, together } from './measured.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { exposition } from './registry.ts';

const textOf = async (...all: readonly Metrics[]) => exposition(await Promise.all(all.map((one) => one.figures())));
const linesOf = async (metrics: Metrics, start: string) =>
  (await textOf(metrics)).split('\n').filter((line) => line.startsWith(start));
const template = '/v1/customers/{customerId}/segments';
const route = { method: 'GET', template };

function appOf(metrics: Metrics) {
  const app = new Hono<Env>();
  const ends = {
    at_once: () => new Response('x'),
    later: async () => new Response('x'),
    refused: () => {
      throw storeUnavailable('away');
    },
    refused_later: () => Promise.reject(storeUnavailable('away')),
    left: () => Promise.reject(new Failure('ABORTED', 'the caller has gone')),
    defect: () => {
      throw new TypeError('defect');
    },
  };
  for (const [name, end] of Object.entries(ends)) {
    const known = measured(metrics, route, (context) => {
      context.set('caller', { id: 'k1', name: 'checkout', class: 'critical' });
      return end();
    });
    app.get(`/${name}`, known);
  }
  app.onError((error) => toResponse(problemOf(error, () => {})));
  return app;
}

test('an answer is counted by route, status class and class of the caller, however it ends', async () => {
  const metrics = createMetrics();
  const app = appOf(metrics);
  for (const path of ['at_once', 'later', 'refused', 'refused_later', 'left', 'defect']) await app.request(`/${path}`);
  const labels = (status: string) => `{status="${status}",class="critical",method="GET",route="${template}"}`;
  expect(await linesOf(metrics, 'http_server_request_duration_seconds_count')).toEqual([
    `http_server_request_duration_seconds_count${labels('2xx')} 2`,
    `http_server_request_duration_seconds_count${labels('5xx')} 3`,
    `http_server_request_duration_seconds_count${labels('4xx')} 1`,
  ]);
  expect(await linesOf(metrics, 'segment_key_requests_total{')).toEqual([
    'segment_key_requests_total{key="checkout"} 6',
  ]);
});

test('rollouts are told by state, so many at most', async () => {
  const metrics = createMetrics();
  const many = Array.from({ length: 150 }, (_, index) => ({ name: `r${index}`, state: 'halted', open: index }));
  metrics.watch({ rollouts: () => many });
  const lines = await linesOf(metrics, 'segment_rollout_open_stages{');
  expect([lines.length, lines[7]]).toEqual([100, 'segment_rollout_open_stages{rollout="r7",state="halted"} 7']);
});

test('a measured handler that answers at once still does', () => {
  const app = appOf(createMetrics());
  expect(app.fetch(new Request('http://localhost/at_once'))).toBeInstanceOf(Response);
});

test('buckets hold what took as long or less', async () => {
  const metrics = createMetrics();
  for (const seconds of [0.0001, 0.001, 0.0011, 7]) metrics.operated({ system: 'redis', name: 'get', seconds });
  const labels = 'db_system_name="redis",db_operation_name="get"';
  expect(await linesOf(metrics, 'db_client_operation_duration_seconds')).toEqual([
    ...Object.entries({ '0.0001': 1, '0.00025': 1, '0.0005': 1, '0.001': 2, '0.002': 3, '0.005': 3 }).map(bucket),
    ...Object.entries({ '0.01': 3, '0.025': 3, '+Inf': 4 }).map(bucket),
    `db_client_operation_duration_seconds_sum{${labels}} 7.0022`,
    `db_client_operation_duration_seconds_count{${labels}} 4`,
  ]);
  function bucket([le, count]: [string, number]) {
    return `db_client_operation_duration_seconds_bucket{le="${le}",${labels}} ${count}`;
  }
});

test('whatever callers do, a process has at most 2,000 series, and no request is left out', async () => {
  const metrics = createMetrics();
  const classes = ['critical', 'normal', 'best-effort'] as const;
  for (let index = 0; index < 300; index += 1) {
    const answered = metrics.route({ method: 'GET', template: `/v1/${index}` });
    const app = new Hono<Env>().get('/', (context) => {
      context.set('caller', { id: 'k', class: classes[index % 3] ?? 'normal' });
      for (const status of [200, 304, 404, 503]) answered({ status, seconds: 0.001, context });
      return context.body(null);
    });
    await app.request('/');
    metrics.shed(`class ${index}`, `reason ${index}`);
  }
  const text = await textOf(metrics);
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(series.length).toBeLessThanOrEqual(2_000);
  const counts = series.filter((line) => line.startsWith('http_server_request_duration_seconds_count'));
  expect(counts.map((line) => Number(line.split(' ').at(-1))).reduce((sum, one) => sum + one, 0)).toBe(1_200);
  expect(counts.at(-1)).toContain('{status="other",class="other",method="other",route="other"} ');
});

test('figures of several processes are added up; a level of all is the highest', async () => {
  const [one, two] = [createMetrics(() => 61_000), createMetrics(() => 61_000)];
  one.cacheAsked('l1', 'hit');
  two.cacheAsked('l1', 'hit');
  two.cacheAsked('store', 'miss');
  one.watch({ generation: () => ({ run: '20260101t000000z', computedAt: new Date(0) }) });
  two.watch({ generation: () => ({ run: '20260102t000000z', computedAt: new Date(1_000) }) });
  two.watch({ breakers: { redis: { state: 'open' } }, limiters: { store: { inFlight: 3 } } });
  one.watch({ breakers: { redis: { state: 'closed' } }, limiters: { store: { inFlight: 4 } } });
  const text = await textOf(one, two);
  for (const line of [
    'segment_cache_requests_total{tier="l1",result="hit"} 2',
    'segment_cache_requests_total{tier="store",result="miss"} 1',
    'segment_generation_info{generation="20260101t000000z"} 1',
    'segment_generation_info{generation="20260102t000000z"} 1',
    'segment_generation_age_seconds 61',
    'segment_breaker_state{dependency="redis"} 2',
    'segment_inflight{dependency="store"} 7',
  ]) {
    expect(text).toContain(`\n${line}\n`);
  }
});

test('what is not known has no figure: a run that does not say when its successor is due is not due at once', async () => {
  const metrics = createMetrics(() => 0);
  metrics.watch({ generation: () => ({ run: '20260101t000000z', computedAt: new Date(-1_000) }) });
  const text = await textOf(metrics);
  expect(text).toContain('\nsegment_generation_age_seconds 1\n');
  expect(text).not.toMatch(/^segment_generation_expected_seconds /m);
  expect(text).not.toMatch(/^segment_epoch /m);
});

test('what is served: how often one like it is expected, its epoch, and when the last key of a service ends', async () => {
  const day = 86_400_000;
  const metrics = createMetrics(() => 30 * day);
  metrics.watch({ generation: () => ({ run: '20260101t000000z', computedAt: new Date(0), expectedEvery: 'PT24H' }) });
  metrics.watch({ epochs: () => ({ epoch: 7, floor: 5 }) });
  const ends = Array.from({ length: 30 }, (_, index) => ({ name: `k${index}`, endsAt: new Date((60 - index) * day) }));
  metrics.watch({ keyEnds: () => [...ends, { name: 'given-up', endsAt: new Date(22 * day) }] });
  metrics.compared('differs');
  metrics.answered('former', 'memory');
  const text = await textOf(metrics);
  for (const line of [
    'segment_generation_expected_seconds 86400',
    'segment_epoch 7',
    'segment_epoch_floor 5',
    `segment_key_expiry_timestamp_seconds{key="k29"} ${(31 * day) / 1000}`,
    `segment_key_remaining_seconds{key="k29"} ${day / 1000}`,
    'segment_canary_total{result="differs"} 1',
    'segment_canary_total{result="agrees"} 0',
    'segment_answers_total{freshness="former",from="memory"} 1',
  ]) {
    expect(text).toContain(`\n${line}\n`);
  }
  expect(text.match(/^segment_key_expiry_timestamp_seconds\{/gm)).toHaveLength(20);
  expect(text).not.toContain('given-up');
});

test('everyone hears of an answer', async () => {
  const heard: string[] = [];
  const watch = (name: string) => ({ route: () => () => void heard.push(name) });
  const app = new Hono<Env>().get(
    '/',
    measured(together(watch('one'), watch('two')), route, () => new Response('x')),
  );
  await app.request('/');
  expect(heard).toEqual(['one', 'two']);
});
