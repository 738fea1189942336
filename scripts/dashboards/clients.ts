import type { Dashboard } from './dashboard.ts';

const CLIENT = 'segment_store_client';
const NAME = 'segment_store_client_name';

export const clients: Dashboard = {
  uid: 'segments-clients',
  title: 'Segments: HTTP clients',
  means: 'How services that embed the SDK fare: what they were answered from, and why they were not.',
  rows: [
    {
      title: 'Answers',
      panels: [
        {
          title: 'Served from',
          means: 'cache and server are well; stale is old but true; fallback is the caller’s own value.',
          kind: 'lines',
          unit: 'per second',
          lines: [
            {
              query: { kind: 'rate', metric: `${CLIENT}_lookups_total`, by: [NAME, 'segment_store_served_from'] },
              legend: `{{${NAME}}} {{segment_store_served_from}}`,
            },
          ],
        },
        {
          title: 'Errors',
          means: 'Why reads fell back or were served stale.',
          kind: 'lines',
          unit: 'per second',
          lines: [
            {
              query: { kind: 'rate', metric: `${CLIENT}_errors_total`, by: [NAME, 'error_type'] },
              legend: `{{${NAME}}} {{error_type}}`,
            },
          ],
        },
        {
          title: 'How long reads take (p99)',
          means: 'As the caller sees it, hits and all.',
          kind: 'lines',
          unit: 'seconds',
          bad: 0.15,
          lines: [
            {
              query: {
                kind: 'percentile',
                percent: 99,
                metric: `${CLIENT}_lookup_duration`,
                by: [NAME, 'segment_store_operation'],
              },
              legend: `{{${NAME}}} {{segment_store_operation}}`,
            },
          ],
        },
      ],
    },
    {
      title: 'Guards',
      panels: [
        {
          title: 'Breakers',
          means: '0 closed, 1 half-open, 2 open: the client asks nobody.',
          kind: 'lines',
          unit: 'state',
          bad: 2,
          lines: [
            {
              query: { kind: 'level', metric: `${CLIENT}_breaker_state`, by: [NAME], take: 'max' },
              legend: `{{${NAME}}}`,
            },
          ],
        },
        {
          title: 'In flight and their limit',
          means: 'The limit falls while the service is slow, and grows back.',
          kind: 'lines',
          unit: 'count',
          lines: [
            {
              query: { kind: 'level', metric: `${CLIENT}_requests_in_flight`, by: [NAME], take: 'sum' },
              legend: `{{${NAME}}} in flight`,
            },
            {
              query: { kind: 'level', metric: `${CLIENT}_requests_limit`, by: [NAME], take: 'sum' },
              legend: `{{${NAME}}} limit`,
            },
          ],
        },
        {
          title: 'Retry budget',
          means: 'Of 10 tokens; at 5 and below nothing is tried twice.',
          kind: 'lines',
          unit: 'count',
          badBelow: 5,
          lines: [
            {
              query: { kind: 'level', metric: `${CLIENT}_retry_tokens`, by: [NAME], take: 'min' },
              legend: `{{${NAME}}}`,
            },
          ],
        },
      ],
    },
    {
      title: 'Caches',
      panels: [
        {
          title: 'Kept answers',
          means: 'Of each client.',
          kind: 'lines',
          unit: 'count',
          lines: [
            {
              query: { kind: 'level', metric: `${CLIENT}_cache_entries`, by: [NAME], take: 'sum' },
              legend: `{{${NAME}}}`,
            },
          ],
        },
        {
          title: 'Their heap',
          means: 'By the estimate that the bound of bytes goes by.',
          kind: 'lines',
          unit: 'bytes',
          lines: [
            {
              query: { kind: 'level', metric: `${CLIENT}_cache_size`, by: [NAME], take: 'sum' },
              legend: `{{${NAME}}}`,
            },
          ],
        },
      ],
    },
  ],
};
