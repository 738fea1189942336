import { expect, test } from 'vitest';
import { agreement } from './agreement.ts';
import { corrected } from './corrected.ts';
import { costOf } from './cost.ts';
import { type Row, rowsOf } from './row.ts';
import type { Sample } from './sample.ts';

const sample = (sentAtMs: number, tookMs: number, rest: Partial<Sample> = {}): Sample => ({
  sentAtMs,
  tookMs,
  status: 200,
  caller: 'usual',
  ...rest,
});
const steady = { name: 'steady', perSecond: 100, requests: 200, counts: true };

test('a request that is sent late has waited since it was due', () => {
  const felt = corrected([sample(1_000, 5), sample(1_035, 5), sample(1_036, 5), sample(1_037, 5)], 100);
  expect(felt.map(({ lagMs }) => Math.round(lagMs))).toEqual([0, 25, 16, 7]);
  expect(felt.map(({ latencyMs }) => Math.round(latencyMs))).toEqual([5, 30, 21, 12]);
});

test('what is late all the time in the same way is not late', () => {
  expect(corrected([sample(7, 1), sample(17, 1), sample(27, 1)], 100).map(({ lagMs }) => lagMs)).toEqual([0, 0, 0]);
});

/** Answers in 20 ms; in the middle nobody sends for half a second, and then all that is due at once. */
const stalled = Array.from({ length: 200 }, (_, index) => {
  const due = index * 10;
  return sample(due >= 1_000 && due < 1_500 ? 1_500 : due, 20);
});

test('a stall of the sender is in the corrected percentiles, and not in those that a tool shows', () => {
  const [row] = rowsOf([steady], [stalled]);
  expect(row).toMatchObject({ phase: 'steady', requests: 200, fromSent: { p99: 20 } });
  expect(row?.fromDue.p99).toBeGreaterThan(480);
  expect(row?.lagP99).toBeGreaterThan(460);
  expect(row?.achieved).toBeCloseTo(100);
});

test('refusals are counted and are in no percentile; no answer took as long as it was waited for', () => {
  const samples = Array.from({ length: 200 }, (_, index) => {
    if (index % 4 === 0) return sample(index * 10, 0.1, { status: 429, caller: 'abusive' });
    return index === 1 ? sample(10, 10_000, { status: 0 }) : sample(index * 10, 20);
  });
  const [usual, abusive] = rowsOf([steady], [samples]);
  expect(usual).toMatchObject({ caller: 'usual', statuses: { 200: 149, none: 1 }, fromDue: { p50: 20, max: 10_000 } });
  expect(usual?.achieved).toBeCloseTo(75);
  expect(usual?.wanted).toBeCloseTo(75);
  expect(abusive).toMatchObject({ caller: 'abusive', requests: 50, statuses: { 429: 50 } });
  expect(abusive?.fromDue.p50).toBeNaN();
});

test('phases have rows of their own and one together, without the lead-in', () => {
  const rows = rowsOf(
    [{ ...steady, name: 'lead-in', counts: false }, steady, { ...steady, name: 'later' }],
    [[sample(0, 500)], stalled, stalled],
  );
  expect(rows.map(({ phase, requests }) => [phase, requests])).toEqual([
    ['steady', 200],
    ['later', 200],
    ['all', 400],
  ]);
});

const measured = (achieved: number, p75: number): readonly Row[] =>
  rowsOf([steady], [stalled]).map((row) => ({ ...row, achieved, fromDue: { ...row.fromDue, p75 } }));

test.each([
  { rate: 98.1, p75: 22.9, passed: [true, true] },
  { rate: 97.9, p75: 21, passed: [false, true] },
  { rate: 100, p75: 23.1, passed: [true, false] },
])('100/s with p75 21 ms beside $rate/s with $p75 ms', ({ rate, p75, passed }) => {
  const verdicts = agreement(measured(100, 21), measured(rate, p75));
  expect(verdicts.map((verdict) => verdict.passed)).toEqual(passed);
});

test('tools that asked nothing cannot agree', () => {
  expect(() => agreement([], [])).toThrow('nothing was asked');
});

test('what a load cost is the difference of two readings of the figures', () => {
  const reading = (requests: number, cpu: number, store: number) => ({
    figures: [
      `http_server_request_duration_seconds_count{route="a"} ${requests}`,
      `process_cpu_seconds_total ${cpu}`,
      'process_resident_memory_bytes 200000000',
      `segment_cache_requests_total{tier="l1",result="hit"} ${requests}`,
      `segment_cache_requests_total{tier="redis",result="hit"} ${store}`,
      `segment_cache_requests_total{tier="redis",result="miss"} ${store}`,
      '',
    ].join('\n'),
    cpuSeconds: { redis: Number.NaN, store: store / 1_000 },
  });
  expect(costOf(reading(100, 1, 10), reading(1_100, 1.1, 60))).toEqual({
    requests: 1_000,
    cpuMicrosPerRequest: expect.closeTo(100),
    residentMb: 200,
    redisShare: 0.1,
    storeShare: 0.05,
    redisCpuMicros: Number.NaN,
    storeCpuMicros: expect.closeTo(1_000),
    shedShare: 0,
  });
});
