import type { Dashboard } from './dashboard.ts';

const SERVERS = { job: 'segment-server' };
const BY = ['instance'];
const LEGEND = '{{instance}}';

export const node: Dashboard = {
  uid: 'segments-node',
  title: 'Segments: Node runtime',
  means: 'Whether the processes of segment-server keep up.',
  rows: [
    {
      title: 'Event loop',
      panels: [
        {
          title: 'Busy',
          means:
            'Share of the time in which the loop works. From 0.8 on best-effort callers are refused, from 0.9 normal ones.',
          kind: 'lines',
          unit: 'share',
          bad: 0.8,
          lines: [
            {
              query: {
                kind: 'level',
                metric: 'nodejs_eventloop_utilization_ratio',
                where: SERVERS,
                by: BY,
                take: 'max',
              },
              legend: LEGEND,
            },
          ],
        },
        {
          title: 'Late (p99)',
          means: 'How late a timer of the process comes.',
          kind: 'lines',
          unit: 'seconds',
          bad: 0.04,
          lines: [
            {
              query: { kind: 'level', metric: 'nodejs_eventloop_lag_p99_seconds', where: SERVERS, by: BY, take: 'max' },
              legend: LEGEND,
            },
          ],
        },
        {
          title: 'Who asks',
          means: 'Requests a second by the name of their key: the twenty that ask most, and all others together.',
          kind: 'lines',
          unit: 'per second',
          lines: [{ query: { kind: 'rate', metric: 'segment_key_requests_total', by: ['key'] }, legend: '{{key}}' }],
        },
        {
          title: 'Refused for load',
          means: 'Share of the requests of a class.',
          kind: 'lines',
          unit: 'share',
          bad: 0.01,
          lines: [
            { query: { kind: 'level', metric: 'segment_shed_ratio', by: ['class'], take: 'max' }, legend: '{{class}}' },
          ],
        },
      ],
    },
    {
      title: 'Process',
      panels: [
        {
          title: 'Processor',
          means: 'Cores in use.',
          kind: 'lines',
          unit: 'count',
          lines: [
            { query: { kind: 'rate', metric: 'process_cpu_seconds_total', where: SERVERS, by: BY }, legend: LEGEND },
          ],
        },
        {
          title: 'Memory',
          means: 'Resident, and the part of it that is heap.',
          kind: 'lines',
          unit: 'bytes',
          lines: [
            {
              query: { kind: 'level', metric: 'process_resident_memory_bytes', where: SERVERS, by: BY, take: 'sum' },
              legend: `${LEGEND} resident`,
            },
            {
              query: { kind: 'level', metric: 'nodejs_heap_size_used_bytes', where: SERVERS, by: BY, take: 'sum' },
              legend: `${LEGEND} heap`,
            },
          ],
        },
        {
          title: 'Garbage collection',
          means: 'Seconds of it in a second, by kind.',
          kind: 'lines',
          unit: 'share',
          bad: 0.05,
          lines: [
            {
              query: { kind: 'rate', metric: 'nodejs_gc_duration_seconds_sum', where: SERVERS, by: ['kind'] },
              legend: '{{kind}}',
            },
          ],
        },
        {
          title: 'Since the start',
          means: 'A line that falls is a restart.',
          kind: 'lines',
          unit: 'seconds',
          lines: [
            { query: { kind: 'since', metric: 'segment_start_time_seconds', where: SERVERS, by: BY }, legend: LEGEND },
          ],
        },
      ],
    },
  ],
};
