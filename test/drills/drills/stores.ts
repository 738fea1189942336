/** Elasticsearch and Redis that are away, slow, red, full. */
import type { Drill } from '../drill.ts';
import type { Ground } from '../ground.ts';

const STRANGERS = 200;
const askStrangers = (ground: Ground): Promise<void> => ground.askStrangers(STRANGERS);

const FAILURES = 'sum(rate(http_server_request_duration_seconds_count{status="5xx",route=~"/v1/.*"}[20s]))';

export const silentStore: Drill = {
  how: 'Elasticsearch takes what servers ask and does not answer, while strangers are asked for',
  walks: {
    SegmentAvailabilityBurn: {
      seen: 'alerted',
      silent: ['budget_left', 'segment_shed_total'],
      lingers: `${FAILURES} > 1`,
      over: `(${FAILURES} or vector(0)) < 0.1`,
    },
    SegmentStoreUnreachable: { seen: 'alerted' },
  },
  async prepare(ground) {
    await ground.published();
    return {};
  },
  async bring({ door }) {
    await door.inject('elasticsearch-1', { kind: 'blackhole' });
    return undefined;
  },
  meanwhile: askStrangers,
  mend: ({ door }) => door.inject('elasticsearch-1', undefined),
};

const LOOKUPS = 'route=~"/v1/customers/.+/segments.*",status="2xx"';
const rateOf = (part: string, more = ''): string =>
  `sum(rate(http_server_request_duration_seconds_${part}{${LOOKUPS}${more}}[20s]))`;
const shareWithin = (seconds: string): string => `${rateOf('bucket', `,le="${seconds}"`)} / ${rateOf('count')}`;

const MISSES = 'sum(rate(segment_cache_requests_total{tier="l1",result="miss"}[20s]))';

export const slowStore: Drill = {
  how: 'Elasticsearch and Redis answer 100 ms later, while strangers are asked for',
  walks: {
    SegmentLatencyBurn: {
      seen: 'alerted',
      lingers: `${shareWithin('0.05')} < 0.8`,
      over: `${shareWithin('0.05')} > 0.95`,
    },
    SegmentLatencyTargetBurn: {
      seen: { recorded: 'segment:latency_target:bad_ratio_30m > 0.06' },
      lingers: `${shareWithin('0.0125')} < 0.5`,
      silent: ['bad_ratio_6h'],
      over: `${shareWithin('0.0125')} > 0.8`,
    },
    SegmentCacheHitRatioLow: {
      seen: 'pending',
      lingers: `${MISSES} > 20`,
      over: `${MISSES} < 20`,
    },
  },
  async bring({ door }) {
    for (const wire of ['elasticsearch-1', 'redis'] as const) await door.inject(wire, { kind: 'latency', ms: 100 });
    return undefined;
  },
  meanwhile: askStrangers,
  async mend({ door }) {
    for (const wire of ['elasticsearch-1', 'redis'] as const) await door.inject(wire, undefined);
  },
};

export const deadRedis: Drill = {
  how: 'Redis and an exporter are killed',
  walks: {
    SegmentRedisDown: { seen: 'alerted', looksFail: true },
    SegmentFiguresMissing: { seen: 'pending' },
  },
  async bring({ door }) {
    await Promise.all(['redis', 'sqs-exporter'].map((part) => door.kill(part)));
    return undefined;
  },
};

export const lostNode: Drill = {
  how: 'elasticsearch-2 is killed',
  walks: { SegmentElasticsearchNodeLost: { seen: 'pending' } },
  async bring({ door }) {
    await door.kill('elasticsearch-2');
    return undefined;
  },
};

const putIndex = (ground: Ground, index: string, settings: object): Promise<void> => {
  const body = JSON.stringify({ settings: { number_of_shards: 1, number_of_replicas: 0, ...settings } });
  const url = `$ELASTICSEARCH/${index}?wait_for_active_shards=0&timeout=1s`;
  return ground.mustRun(`curl -fsS -X PUT -H 'Content-Type: application/json' -d '${body}' "${url}"`);
};
const removeIndex = (ground: Ground, index: string): Promise<void> =>
  ground.mustRun(`curl -fsS -X DELETE "$ELASTICSEARCH/${index}?ignore_unavailable=true"`);

export const redCluster: Drill = {
  how: 'an index of the cluster may be on no node',
  walks: { SegmentElasticsearchRed: { seen: 'pending' } },
  async prepare(ground) {
    const given = await ground.published();
    for (let more = 0; more < 2; more++) await ground.published();
    return { RUN: given.id };
  },
  async bring(ground) {
    await putIndex(ground, 'drill-red', { 'index.routing.allocation.require._name': 'nobody' });
    return undefined;
  },
  mend: (ground) => removeIndex(ground, 'drill-red'),
};

export const readOnlyIndex: Drill = {
  how: 'an index has the block that a full disk gives it',
  walks: { SegmentElasticsearchReadOnly: { seen: 'alerted' } },
  async prepare(ground) {
    const old = await ground.published();
    await ground.published();
    return { OLD_RUN: old.id };
  },
  async bring(ground) {
    await putIndex(ground, 'segments-drill-read-only', { 'index.blocks.read_only_allow_delete': true });
    return undefined;
  },
  mend: (ground) => removeIndex(ground, 'segments-drill-read-only'),
};

export const fullDisk: Drill = {
  how: 'Prometheus is told of a disk that is nearly full',
  walks: { SegmentElasticsearchDisk: { seen: 'pending' } },
  async prepare(ground) {
    const old = await ground.published();
    await ground.published();
    const damaged = await ground.runs.next({ isCorrupt: true });
    await ground.mustRun('segment-ingest load "$RUN_FOLDER" --store "$STORE"', { RUN_FOLDER: damaged.folder }, 7);
    return { OLD_RUN: old.id, RUN: damaged.id };
  },
  async bring({ figures }) {
    const lines = ['available_bytes 1e9', 'size_bytes 1e11'].map((line) => `elasticsearch_filesystem_data_${line}\n`);
    await figures.tell('segment-jobs', () => lines.join(''));
    return undefined;
  },
  mend: ({ figures }) => figures.forget(),
};
