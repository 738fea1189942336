import type { Dashboard } from './dashboard.ts';

const CALLS = 'db_client_operation_duration_seconds';
const BY_CALL = ['db_system_name', 'db_operation_name'];
const LEGEND = '{{db_system_name}} {{db_operation_name}}';

export const dependencies: Dashboard = {
  uid: 'segments-dependencies',
  title: 'Segments: dependencies',
  means: 'Elasticsearch and Redis, as the servers see them and as they see themselves.',
  rows: [
    {
      title: 'As the servers see them',
      panels: [
        {
          title: 'Calls',
          means: 'By system and operation.',
          kind: 'lines',
          unit: 'per second',
          lines: [{ query: { kind: 'rate', metric: `${CALLS}_count`, by: BY_CALL }, legend: LEGEND }],
        },
        {
          title: 'How long calls take (p99)',
          means: 'Redis is given up after 8 ms, the store after 250, unless set otherwise.',
          kind: 'lines',
          unit: 'seconds',
          lines: [{ query: { kind: 'percentile', percent: 99, metric: CALLS, by: BY_CALL }, legend: LEGEND }],
        },
        {
          title: 'Breakers',
          means: '0 closed, 1 half-open, 2 open: then it is not asked.',
          kind: 'lines',
          unit: 'state',
          bad: 2,
          lines: [
            {
              query: { kind: 'level', metric: 'segment_breaker_state', by: ['dependency', 'instance'], take: 'max' },
              legend: '{{dependency}} {{instance}}',
            },
          ],
        },
        {
          title: 'In flight',
          means: 'Calls that are not answered yet.',
          kind: 'lines',
          unit: 'count',
          lines: [
            {
              query: { kind: 'level', metric: 'segment_inflight', by: ['dependency'], take: 'sum' },
              legend: '{{dependency}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Elasticsearch',
      panels: [
        {
          title: 'Health',
          means: '1 for the colour it has.',
          kind: 'lines',
          unit: 'count',
          lines: [
            {
              query: { kind: 'level', metric: 'elasticsearch_cluster_health_status', by: ['color'], take: 'max' },
              legend: '{{color}}',
            },
          ],
        },
        {
          title: 'Nodes',
          means: 'Of the cluster.',
          kind: 'lines',
          unit: 'count',
          lines: [
            {
              query: { kind: 'level', metric: 'elasticsearch_cluster_health_number_of_nodes', take: 'min' },
              legend: 'nodes',
            },
          ],
        },
        {
          title: 'Customers of each generation',
          means: 'Customers of each generation that is kept.',
          kind: 'lines',
          unit: 'count',
          lines: [
            {
              query: {
                kind: 'level',
                metric: 'elasticsearch_indices_docs_primary',
                where: { index: 'segments-members-*' },
                by: ['index'],
                take: 'max',
              },
              legend: '{{index}}',
            },
          ],
        },
        {
          title: 'Size of each generation',
          means: 'Of its primary shards.',
          kind: 'lines',
          unit: 'bytes',
          lines: [
            {
              query: {
                kind: 'level',
                metric: 'elasticsearch_indices_store_size_bytes_primary',
                where: { index: 'segments-members-*' },
                by: ['index'],
                take: 'max',
              },
              legend: '{{index}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Redis',
      panels: [
        {
          title: 'Memory',
          means: 'At its bound it drops what was not asked for lately.',
          kind: 'lines',
          unit: 'bytes',
          lines: [
            { query: { kind: 'level', metric: 'redis_memory_used_bytes', take: 'max' }, legend: 'used' },
            { query: { kind: 'level', metric: 'redis_memory_max_bytes', take: 'max' }, legend: 'bound (0: none)' },
          ],
        },
        {
          title: 'Found and not found',
          means: 'By its own count.',
          kind: 'lines',
          unit: 'per second',
          lines: [
            { query: { kind: 'rate', metric: 'redis_keyspace_hits_total' }, legend: 'found' },
            { query: { kind: 'rate', metric: 'redis_keyspace_misses_total' }, legend: 'not found' },
            { query: { kind: 'rate', metric: 'redis_evicted_keys_total' }, legend: 'dropped' },
          ],
        },
      ],
    },
  ],
};
