/** What is promised of lookups, written once: rules, their tests and Datadog's monitors are made from it. */

type Severity = 'page' | 'ticket';

/** A long window says that the budget of 30 days is spent too fast, a short one that it still is. */
export interface Burn {
  /** How many times as fast as would spend the budget in just 30 days. */
  readonly factor: number;
  readonly long: Window;
  readonly short: Window;
  readonly severity: Severity;
}

export const windowSeconds = {
  '5m': 300,
  '30m': 1_800,
  '1h': 3_600,
  '2h': 7_200,
  '6h': 21_600,
  '1d': 86_400,
  '3d': 259_200,
};
export type Window = keyof typeof windowSeconds;

export interface Objective {
  /** Of recording rules: `segment:latency_target:bad_ratio_5m`. */
  readonly name: string;
  /** Of alert and run-book. */
  readonly alert: string;
  /** Of what is asked or compared, how much must be good. */
  readonly target: number;
  /** What is bad, for people: `{{ $value }}` is its share. */
  readonly summary: string;
  /** Events a second, PromQL; `RANGE` stands for a range such as [5m]. */
  readonly bad: string;
  readonly total: string;
  /** Fewer bad events than this in the short window call nobody: in a quiet hour one failure burns 1,000 times. */
  readonly atLeast: number;
  readonly burns: readonly Burn[];
  /** Queries of Datadog for the same. */
  readonly datadog: { readonly good: string; readonly total: string };
}

/** Google's: 2, 5, 10 and 10 % of the budget of 30 days. */
const FAST: Burn = { factor: 14.4, long: '1h', short: '5m', severity: 'page' };
const SLOW: Burn = { factor: 6, long: '6h', short: '30m', severity: 'page' };
const DAY: Burn = { factor: 3, long: '1d', short: '2h', severity: 'ticket' };
const THREE_DAYS: Burn = { factor: 1, long: '3d', short: '6h', severity: 'ticket' };
const ALL = [FAST, SLOW, DAY, THREE_DAYS];

const DURATION = 'http_server_request_duration_seconds';
/** Who may not ask, or asks too much or wrongly, has a 4xx, and so has a caller that hangs up: they count nowhere. */
const LOOKUPS = 'route=~"/v1/customers/.+/segments.*|/v1/lookups"';
const counted = (what: string): string => `sum(rate(${DURATION}_${what}RANGE))`;
const answers = counted(`count{${LOOKUPS},status=~"2xx|3xx"}`);
const within = (le: string): string => counted(`bucket{${LOOKUPS},status=~"2xx|3xx",le="${le}"}`);
const failures = `(${counted(`count{${LOOKUPS},status="5xx"}`)} or vector(0))`;

/** Datadog's agent makes a distribution of a histogram: how much of it lies below a bound can be asked. */
const datadogLookups = '(route:/v1/customers/* OR route:/v1/lookups)';
const datadogWithin = (seconds: number): string =>
  `count(v: v<=${seconds}):segments.${DURATION}{${datadogLookups} AND status IN (2xx,3xx)}.as_count()`;
const datadogCount = (statuses: string): string =>
  `sum:segments.${DURATION}.count{${datadogLookups} AND status IN (${statuses})}.as_count()`;

export const OBJECTIVES: readonly Objective[] = [
  {
    name: 'availability',
    alert: 'SegmentAvailabilityBurn',
    target: 0.9999,
    summary: '{{ $value | humanizePercentage }} of the lookups failed, were shed or came too late',
    // No answer takes longer than the server's own deadline, 308 ms unless set otherwise.
    bad: `${failures} + ((${answers} - ${within('0.5')}) or vector(0))`,
    total: `(${answers} or vector(0)) + ${failures}`,
    atLeast: 20,
    burns: ALL,
    datadog: { good: datadogWithin(0.5), total: datadogCount('2xx,3xx,5xx') },
  },
  {
    name: 'latency',
    alert: 'SegmentLatencyBurn',
    target: 0.99,
    summary: '{{ $value | humanizePercentage }} of the lookups took longer than the 50 ms of the contract',
    bad: `${answers} - ${within('0.05')}`,
    total: answers,
    atLeast: 20,
    burns: ALL,
    datadog: { good: datadogWithin(0.05), total: datadogCount('2xx,3xx') },
  },
  {
    name: 'latency_target',
    alert: 'SegmentLatencyTargetBurn',
    target: 0.99,
    summary: '{{ $value | humanizePercentage }} of the lookups took longer than our own 12.5 ms',
    bad: `${answers} - ${within('0.0125')}`,
    total: answers,
    atLeast: 20,
    burns: [{ ...SLOW, severity: 'ticket' }, DAY, THREE_DAYS],
    datadog: { good: datadogWithin(0.0125), total: datadogCount('2xx,3xx') },
  },
  {
    name: 'freshness',
    alert: 'SegmentFreshnessBurn',
    target: 0.999,
    summary: '{{ $value | humanizePercentage }} of the answers are of withheld or outdated data',
    bad: 'sum(rate(segment_answers_total{freshness=~"stale|outdated"}RANGE)) or vector(0)',
    total: 'sum(rate(segment_answers_totalRANGE))',
    atLeast: 20,
    burns: ALL,
    datadog: {
      good: 'sum:segments.segment_answers.count{freshness IN (current,former)}.as_count()',
      total: 'sum:segments.segment_answers.count{*}.as_count()',
    },
  },
  {
    name: 'correctness',
    alert: 'SegmentCorrectnessBurn',
    target: 0.99999,
    summary: '{{ $value | humanizePercentage }} of the answers in memory are not what the store has',
    bad: 'sum(rate(segment_canary_total{result="differs"}RANGE))',
    total: 'sum(rate(segment_canary_total{result=~"agrees|differs"}RANGE))',
    // Each is compared twice before it counts, and only one answer a second is compared at all.
    atLeast: 3,
    burns: [FAST, SLOW],
    datadog: {
      good: 'sum:segments.segment_canary.count{result:agrees}.as_count()',
      total: 'sum:segments.segment_canary.count{result IN (agrees,differs)}.as_count()',
    },
  },
];
