import type { Dashboard, Line } from './dashboard.ts';

const REQUESTS = 'http_server_request_duration_seconds';

const BY = ['instance'];
const failed: Line = {
  query: {
    kind: 'share',
    part: { kind: 'rate', metric: `${REQUESTS}_count`, where: { status: '5xx' }, by: BY },
    of: { kind: 'rate', metric: `${REQUESTS}_count`, by: BY },
  },
  legend: '{{instance}}',
};
const slow: Line = { query: { kind: 'percentile', percent: 99, metric: REQUESTS, by: BY }, legend: '{{instance}}' };

export const rollout: Dashboard = {
  uid: 'segments-rollout',
  title: 'Segments: rollout',
  means: 'Old and new side by side while one takes over from the other: servers, generations, clients.',
  rows: [
    {
      title: 'Ladders',
      panels: [
        {
          title: 'Stages open',
          means: 'Of each rollout that the database keeps, with its state: halted waits for somebody to look.',
          kind: 'lines',
          unit: 'count',
          lines: [
            {
              query: { kind: 'level', metric: 'segment_rollout_open_stages', by: ['rollout', 'state'], take: 'max' },
              legend: '{{rollout}} {{state}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Servers side by side',
      panels: [
        {
          title: 'Failed',
          means: 'Share of 5xx of each server: the new one must not stand out. No line: none failed.',
          kind: 'lines',
          unit: 'share',
          bad: 0.0001,
          lines: [failed],
        },
        {
          title: 'p99',
          means: 'Of each server.',
          kind: 'lines',
          unit: 'seconds',
          bad: 0.05,
          lines: [slow],
        },
        {
          title: 'Configurations',
          means: 'Servers by the digest of their configuration: one line once a change is rolled out.',
          kind: 'lines',
          unit: 'count',
          lines: [
            { query: { kind: 'level', metric: 'segment_config_info', by: ['hash'], take: 'sum' }, legend: '{{hash}}' },
          ],
        },
      ],
    },
    {
      title: 'Clients',
      panels: [
        {
          title: 'Not answered',
          means: 'Share of reads that fell back, by client: roll back when it stays above what it was before.',
          kind: 'lines',
          unit: 'share',
          bad: 0.001,
          lines: [
            {
              query: {
                kind: 'share',
                part: {
                  kind: 'rate',
                  metric: 'segment_store_client_lookups_total',
                  where: { segment_store_served_from: 'fallback' },
                  by: ['segment_store_client_name'],
                },
                of: { kind: 'rate', metric: 'segment_store_client_lookups_total', by: ['segment_store_client_name'] },
              },
              legend: '{{segment_store_client_name}}',
            },
          ],
        },
        {
          title: 'Answers that differ from the store',
          means: 'Any is a reason to stop.',
          kind: 'lines',
          unit: 'per second',
          bad: 0.000001,
          lines: [
            {
              query: { kind: 'rate', metric: 'segment_canary_total', where: { result: 'differs' } },
              legend: 'differs',
            },
          ],
        },
      ],
    },
  ],
};
