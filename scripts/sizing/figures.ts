/** What sizing starts from, and where each figure comes from. None is guessed: what nobody measured is missing. */

/** Of a load of `npm run sizing` by vegeta, of a benchmark row, or of the stores that were loaded. */
export type Source =
  | { readonly of: 'load'; readonly run: string; readonly cost: string }
  | { readonly of: 'bench'; readonly subject: string; readonly row: string; readonly field: string }
  | { readonly of: 'stores'; readonly how: string };

export interface Figure {
  readonly means: string;
  readonly unit: string;
  readonly source: Source;
}

export const figureNames = [
  'requestCpuMicros',
  'residentMb',
  'redisShare',
  'storeShare',
  'redisCpuMicros',
  'storeCpuMicros',
  'missCpuMicros',
  'bytesPerCachedCustomer',
  'answerBytes',
  'documentsPerSecond',
  'documentBytes',
  'loadStoreMsPerMb',
  'loadPeakMb',
  'redisBytesPerCustomer',
  'storeBytesPerMembership',
] as const;
export type FigureName = (typeof figureNames)[number];

const busy = (cost: string): Source => ({ of: 'load', run: 'busy', cost });
const strangers = (cost: string): Source => ({ of: 'load', run: 'busy-unknown', cost });
const server = (row: string, field: string): Source => ({ of: 'bench', subject: 'server', row, field });
const large = (field: string): Source => ({ of: 'bench', subject: 'ingest', row: 'large-vs-ceiling', field });

export const FIGURES: Readonly<Record<FigureName, Figure>> = {
  requestCpuMicros: { means: 'CPU of the server a request', unit: 'µs', source: busy('cpuMicrosPerRequest') },
  residentMb: { means: 'memory of a server with few customers in it', unit: 'MB', source: busy('residentMb') },
  redisShare: { means: 'requests that go on to Redis', unit: 'of 1', source: busy('redisShare') },
  storeShare: { means: 'requests that go on to Elasticsearch', unit: 'of 1', source: busy('storeShare') },
  redisCpuMicros: { means: 'CPU of Redis a request that reaches it', unit: 'µs', source: strangers('redisCpuMicros') },
  storeCpuMicros: { means: 'CPU of Elasticsearch a read', unit: 'µs', source: strangers('storeCpuMicros') },
  missCpuMicros: {
    means: 'CPU of the server a request that Elasticsearch answers',
    unit: 'µs',
    source: server('es-miss-cpu-vs-get', 'wholeMicros'),
  },
  bytesPerCachedCustomer: {
    means: 'memory of the server a customer in it',
    unit: 'bytes',
    source: server('bytes-per-cached-customer', 'value'),
  },
  answerBytes: {
    means: 'answer of that customer',
    unit: 'bytes',
    source: server('bytes-per-cached-customer', 'baseline'),
  },
  documentsPerSecond: { means: 'customers loaded a second, one job', unit: '/s', source: large('value') },
  documentBytes: { means: 'member line of these', unit: 'bytes', source: large('documentBytes') },
  loadStoreMsPerMb: {
    means: 'CPU of Elasticsearch a MB of lines, no replica',
    unit: 'ms',
    source: large('oursElasticsearchMsPerMb'),
  },
  loadPeakMb: { means: 'memory of a load', unit: 'MB', source: large('oursPeakMb') },
  redisBytesPerCustomer: {
    means: 'memory of Redis a customer and generation',
    unit: 'bytes',
    source: { of: 'stores', how: '(`used_memory` − `used_memory_startup`) / `DBSIZE`, a day of traffic' },
  },
  storeBytesPerMembership: {
    means: 'disk of Elasticsearch a membership, no replica',
    unit: 'bytes',
    source: { of: 'stores', how: '`pri.store.size` of `_cat/indices/segments-members-*` / memberships of its run' },
  },
};

/** What was measured, and on what; a name that is missing was not. */
export type Measured = Readonly<Partial<Record<FigureName, { readonly value: number; readonly on: string }>>>;
