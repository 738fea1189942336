/** What befalls the servers themselves. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Drill } from '../drill.ts';
import { rising } from '../figures.ts';
import { until } from '../observing.ts';

export const bothServers: Drill = {
  how: 'both servers are killed',
  walks: {
    SegmentServersDown: { seen: 'alerted', looksFail: true, silent: ['count(up'] },
    SegmentProbeFailing: { seen: 'alerted', looksFail: true, silent: ['http_server_request_duration_seconds_count'] },
  },
  async bring({ door }) {
    await Promise.all(['server-1', 'server-2'].map((server) => door.kill(server)));
    return undefined;
  },
  mend: ({ door }) => door.restart('server-2'),
};

export const serverWithoutData: Drill = {
  how: 'server-2 begins anew without its state directory while Elasticsearch is silent',
  walks: { SegmentServerNotServing: { seen: 'pending' } },
  async prepare({ facts, runs }) {
    const run = await runs.next();
    return { RUN_FOLDER: run.folder, OPS: facts.ops['server-2'] };
  },
  async bring({ door, facts }) {
    await door.inject('elasticsearch-1', { kind: 'blackhole' });
    await door.kill('server-2');
    await rm(join(facts.folder, 'server-2'), { recursive: true, force: true });
    await door.restart('server-2');
    return undefined;
  },
  mend: ({ door }) => door.inject('elasticsearch-1', undefined),
};

const STARTS = 3;
const STARTED = 'changes(segment_start_time_seconds{instance="server-1"}[20s])';

export const restartingServer: Drill = {
  how: 'server-1 is started again three times',
  walks: {
    SegmentServerRestarting: {
      seen: 'alerted',
      lingers: `${STARTED} > 0`,
      silent: ['segment_worker_starts'],
      over: `${STARTED} == 0`,
    },
  },
  async bring({ door, count }) {
    for (let start = 0; start < STARTS; start++) {
      const startedAt = Math.floor(Date.now() / 1_000);
      await door.restart('server-1');
      const scraped = `segment_start_time_seconds{instance="server-1"} >= ${startedAt}`;
      await until('the start is scraped', 30_000, async () => (await count(scraped)) > 0);
    }
    return undefined;
  },
};

export const busyServer: Drill = {
  how: 'Prometheus is told of a server that is busy and refuses requests',
  walks: {
    SegmentEventLoopBusy: { seen: 'alerted', over: 'absent(nodejs_eventloop_utilization_ratio{instance="drill"})' },
    SegmentShedding: { seen: 'pending', over: 'absent(segment_shed_total{instance="drill"})' },
  },
  async bring({ figures }) {
    const shed = rising(50);
    await figures.tell('segment-server', () =>
      [
        'nodejs_eventloop_utilization_ratio 0.97',
        `segment_shed_total{class="best-effort",reason="loop"} ${shed()}`,
        '',
      ].join('\n'),
    );
    return undefined;
  },
  mend: ({ figures }) => figures.forget(),
};

export const serversThatDiffer: Drill = {
  how: 'Prometheus is told of a server with another generation',
  walks: {
    SegmentGenerationsDiffer: {
      seen: 'pending',
      // Each publish makes it true for some seconds.
      lingers: 'segment_generation_info{instance="drill"}',
      over: 'count(count by (generation) (segment_generation_info)) == 1',
    },
  },
  async prepare(ground) {
    await ground.published();
    return { OPS: ground.facts.ops['server-2'] };
  },
  async bring({ figures }) {
    await figures.tell('segment-server', () => 'segment_generation_info{generation="20000101t000000z"} 1\n');
    return undefined;
  },
  mend: ({ figures }) => figures.forget(),
};

export const wrongAnswers: Drill = {
  how: 'Prometheus is told of answers in memory that differ from the store',
  walks: {
    SegmentCorrectnessBurn: { seen: 'alerted', over: 'absent(segment_canary_total{instance="drill"})' },
  },
  async prepare(ground) {
    const run = await ground.published();
    return { RUN_FOLDER: run.folder };
  },
  async bring({ figures }) {
    const differing = rising(1);
    await figures.tell('segment-jobs', () => `segment_canary_total{result="differs"} ${differing()}\n`);
    return undefined;
  },
  mend: ({ figures }) => figures.forget(),
};
