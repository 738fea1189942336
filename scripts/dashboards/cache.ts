import type { Dashboard } from './dashboard.ts';

const ASKED = 'segment_cache_requests_total';

export const cache: Dashboard = {
  uid: 'segments-cache',
  title: 'Segments: cache and generations',
  means: 'Where answers come from, how new they are, and which generation each server answers from.',
  rows: [
    {
      title: 'Generations',
      panels: [
        {
          title: 'Served generation',
          means: 'Servers by the generation they answer from: more than one line for longer than a minute is trouble.',
          kind: 'lines',
          unit: 'count',
          lines: [
            {
              query: { kind: 'level', metric: 'segment_generation_info', by: ['generation'], take: 'sum' },
              legend: '{{generation}}',
            },
          ],
        },
        {
          title: 'Epoch and floor',
          means: 'The epoch rises by each publish and roll back, the floor by each roll back.',
          kind: 'lines',
          unit: 'count',
          lines: [
            {
              query: { kind: 'level', metric: 'segment_epoch', by: ['instance'], take: 'max' },
              legend: 'epoch {{instance}}',
            },
            { query: { kind: 'level', metric: 'segment_epoch_floor', take: 'max' }, legend: 'floor' },
          ],
        },
        {
          title: 'How new answers are',
          means:
            'current: of the live generation. former: of the one before, while it changes. stale, outdated: the store is away.',
          kind: 'lines',
          unit: 'per second',
          lines: [
            { query: { kind: 'rate', metric: 'segment_answers_total', by: ['freshness'] }, legend: '{{freshness}}' },
          ],
        },
      ],
    },
    {
      title: 'Tiers',
      panels: [
        {
          title: 'Found in memory',
          means: 'Of all customers asked for.',
          kind: 'lines',
          unit: 'share',
          lines: [
            {
              query: {
                kind: 'share',
                part: { kind: 'rate', metric: ASKED, where: { tier: 'l1', result: ['hit', 'stale'] } },
                of: { kind: 'rate', metric: ASKED, where: { tier: 'l1' } },
              },
              legend: 'l1',
            },
          ],
        },
        {
          title: 'Asked by tier',
          means: 'l1 is the memory of a server, then Redis, then the store.',
          kind: 'lines',
          unit: 'per second',
          lines: [{ query: { kind: 'rate', metric: ASKED, by: ['tier', 'result'] }, legend: '{{tier}} {{result}}' }],
        },
        {
          title: 'Waiting for the same answer',
          means: 'Requests behind one that was under way already.',
          kind: 'lines',
          unit: 'count',
          lines: [
            {
              query: { kind: 'level', metric: 'segment_singleflight_waiters', by: ['instance'], take: 'sum' },
              legend: '{{instance}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Is it true',
      panels: [
        {
          title: 'Answers compared with the store',
          means: 'One a second of those in memory is read again. `differs` breaks a promise.',
          kind: 'lines',
          unit: 'per second',
          lines: [{ query: { kind: 'rate', metric: 'segment_canary_total', by: ['result'] }, legend: '{{result}}' }],
        },
      ],
    },
  ],
};
