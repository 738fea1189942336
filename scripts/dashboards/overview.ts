import type { Dashboard, Panel } from './dashboard.ts';
import { ingested, queued } from './job-lines.ts';
import { type Query, RANGE } from './query.ts';

const REQUESTS = 'http_server_request_duration_seconds';
const LOOKUPS = { route: ['/v1/customers/*/segments*', '/v1/lookups'] };
const counted = (more: object = {}): Query => ({ kind: 'rate', metric: `${REQUESTS}_count`, ...more });
/** A second; `more` matchers. */
const lookups = (more = ''): string =>
  `sum(rate(${REQUESTS}_count{route=~"/v1/customers/.*/segments.*|/v1/lookups"${more}}[${RANGE}]))`;
const prometheus = (text: string): Query => ({ kind: 'prometheus', text });

const budget = (slo: string, title: string, means: string): Panel => ({
  title,
  means: `${means} Of the budget of 30 days, what is left; below 0 the promise is broken.`,
  kind: 'figure',
  unit: 'share',
  badBelow: 0.1,
  lines: [{ query: prometheus(`segment:${slo}:budget_left_30d`), legend: 'left' }],
});

export const overview: Dashboard = {
  uid: 'segments-overview',
  title: 'Segments: overview',
  means: 'Is it well, and for whom is it not: endpoints, ingestions, calculations, queues, and the clients that ask.',
  rows: [
    {
      title: 'Promises',
      panels: [
        budget('availability', 'Availability 99.99 %', 'Lookups that got an answer in time.'),
        budget('latency', 'Latency 99 % ≤ 50 ms', 'Lookups answered within the contract.'),
        budget('freshness', 'Freshness 99.9 %', 'Answers of the live generation, not of one before.'),
        budget('correctness', 'Correctness 99.999 %', 'Answers in memory that the store agrees with.'),
        {
          title: 'Alerts',
          means: 'Firing now. Each links to its run-book.',
          kind: 'figure',
          unit: 'count',
          bad: 1,
          lines: [{ query: prometheus('count(ALERTS{alertstate="firing"}) or vector(0)'), legend: 'firing' }],
        },
        {
          title: 'Servers',
          means: 'That answer the scrape.',
          kind: 'figure',
          unit: 'count',
          badBelow: 2,
          lines: [{ query: prometheus('sum(up{job="segment-server"})'), legend: 'up' }],
        },
      ],
    },
    {
      title: 'Endpoints',
      panels: [
        {
          title: 'Requests',
          means: 'By route as openapi.yaml writes it.',
          kind: 'lines',
          unit: 'per second',
          lines: [{ query: counted({ by: ['route'] }), legend: '{{route}}' }],
        },
        {
          title: 'Lookups that failed',
          means: '5xx of all lookups: the line is what a budget of 0.01 % pays for.',
          kind: 'lines',
          unit: 'share',
          bad: 0.0001,
          lines: [
            {
              query: prometheus(`(${lookups(', status="5xx"')} or vector(0)) / ${lookups()}`),
              legend: 'failed',
            },
          ],
        },
        {
          title: 'How long lookups take',
          means: 'Contract: 99 % within 50 ms. Ours: 12.5 ms.',
          kind: 'lines',
          unit: 'seconds',
          bad: 0.05,
          lines: ([50, 75, 99] as const).map((percent) => ({
            query: { kind: 'percentile', percent, metric: REQUESTS, where: LOOKUPS },
            legend: `p${percent}`,
          })),
        },
      ],
    },
    {
      title: 'Refused',
      panels: [
        {
          title: 'Answers by status',
          means: '4xx is the caller: wrong, unknown or too often. 5xx is us.',
          kind: 'lines',
          unit: 'per second',
          lines: [{ query: counted({ by: ['status'] }), legend: '{{status}}' }],
        },
        {
          title: 'Refused before it cost anything',
          means: 'By class and reason: limits of a key, or an event loop that does not keep up.',
          kind: 'lines',
          unit: 'per second',
          lines: [
            {
              query: { kind: 'rate', metric: 'segment_shed_total', by: ['class', 'reason'] },
              legend: '{{class}} {{reason}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Ingestions and calculations',
      panels: [
        {
          title: 'Age of what is served',
          means: 'Since its calculation, beside how often the run says that a new one comes.',
          kind: 'lines',
          unit: 'seconds',
          lines: [
            { query: { kind: 'level', metric: 'segment_generation_age_seconds', take: 'max' }, legend: 'age' },
            {
              query: { kind: 'level', metric: 'segment_generation_expected_seconds', take: 'max' },
              legend: 'expected every',
            },
          ],
        },
        {
          title: 'Runs by what became of them',
          means: 'Loads of watch since it started. A refused run has failed: its reason stands on the jobs dashboard.',
          kind: 'lines',
          unit: 'count',
          lines: [ingested('run')],
        },
        {
          title: 'Since the last calculation',
          means: 'Since segment-compute ended last, well or badly.',
          kind: 'lines',
          unit: 'seconds',
          lines: [{ query: { kind: 'since', metric: 'segment_compute_end_time_seconds' }, legend: 'ago' }],
        },
      ],
    },
    {
      title: 'Queues and clients',
      panels: [
        {
          title: 'Messages waiting',
          means: 'Runs to load. In a queue that ends in -aside they wait for a person.',
          kind: 'lines',
          unit: 'count',
          lines: [queued('waiting')],
        },
        {
          title: 'Oldest message',
          means: 'How long a run waits to be loaded.',
          kind: 'lines',
          unit: 'seconds',
          bad: 3_600,
          lines: [queued('oldestSeconds')],
        },
        {
          title: 'What clients were answered from',
          means: 'Fallback means that a client service got no segments from us.',
          kind: 'lines',
          unit: 'per second',
          lines: [
            {
              query: { kind: 'rate', metric: 'segment_store_client_lookups_total', by: ['segment_store_served_from'] },
              legend: '{{segment_store_served_from}}',
            },
          ],
        },
      ],
    },
  ],
};
