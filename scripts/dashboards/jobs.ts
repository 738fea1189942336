import type { Dashboard, Panel } from './dashboard.ts';
import { ingested, queued } from './job-lines.ts';

const ended = (job: string, title: string): readonly Panel[] => [
  {
    title: `Last ${title} ended with`,
    means: '0 well; 4 refused by a gate, a budget or a hold; 6 a store or source was away: run it again.',
    kind: 'figure',
    unit: 'count',
    bad: 1,
    lines: [{ query: { kind: 'level', metric: `segment_${job}_exit_code`, take: 'max' }, legend: 'exit code' }],
  },
  {
    title: 'Ended',
    means: 'How long ago.',
    kind: 'figure',
    unit: 'seconds',
    lines: [{ query: { kind: 'since', metric: `segment_${job}_end_time_seconds` }, legend: 'ago' }],
  },
];

const stages = (job: string): Panel => ({
  title: 'Stages',
  means: 'Time of each.',
  kind: 'lines',
  unit: 'seconds',
  lines: [
    {
      query: { kind: 'level', metric: `segment_${job}_stage_seconds`, by: ['stage'], take: 'max' },
      legend: '{{stage}}',
    },
  ],
});

export const jobs: Dashboard = {
  uid: 'segments-jobs',
  title: 'Segments: ingestions, calculations, queues',
  means: 'What became of runs: calculated by segment-compute, queued, loaded by segment-ingest.',
  rows: [
    {
      title: 'Ingestions',
      panels: [
        {
          title: 'Runs',
          means: 'Loads of watch by what became of them.',
          kind: 'lines',
          unit: 'count',
          lines: [ingested('run')],
        },
        {
          title: 'Parts',
          means: 'A failed part is kept as a dead letter, within the budget.',
          kind: 'lines',
          unit: 'count',
          lines: [ingested('part')],
        },
        {
          title: 'Gates',
          means: '1 passed, 0 refused: the run is not published unless somebody accepts it.',
          kind: 'lines',
          unit: 'count',
          badBelow: 1,
          lines: [
            {
              query: { kind: 'level', metric: 'segment_ingest_gate_passed', by: ['gate'], take: 'min' },
              legend: '{{gate}}',
            },
          ],
        },
        stages('ingest'),
      ],
    },
    {
      title: 'Calculations',
      panels: [...ended('compute', 'calculation'), stages('compute')],
    },
    {
      title: 'Queues',
      panels: [
        {
          title: 'Waiting',
          means: 'Messages that nobody has taken.',
          kind: 'lines',
          unit: 'count',
          lines: [queued('waiting')],
        },
        {
          title: 'Being loaded',
          means: 'Messages that a watch holds.',
          kind: 'lines',
          unit: 'count',
          lines: [queued('beingLoaded')],
        },
        {
          title: 'Oldest',
          means: 'How long the oldest message waits.',
          kind: 'lines',
          unit: 'seconds',
          bad: 3_600,
          lines: [queued('oldestSeconds')],
        },
      ],
    },
  ],
};
