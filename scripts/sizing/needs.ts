/** From what is asked of a deployment and what was measured to what it takes. What needs a missing figure is NaN. */
import { type FigureName, figureNames, type Measured } from './figures.ts';

export interface Demand {
  /** Lookups. */
  readonly perSecond: number;
  /** How many times that for a minute. */
  readonly peak: number;
  readonly customers: number;
  readonly segmentsPerCustomer: number;
  readonly customerIdBytes: number;
  readonly segmentIdBytes: number;
  /** Of the customers, how many are asked for within a day, from 0 to 1. */
  readonly active: number;
  /** From the manifest to the publish. */
  readonly loadWithinSeconds: number;
  /** Of a server, for answers: `--cache-mb`. */
  readonly cacheMb: number;
  /** Of Elasticsearch, for data. */
  readonly node: { readonly cores: number; readonly memoryGb: number; readonly diskGb: number };
}

export interface Need {
  readonly part: 'API' | 'Redis' | 'Elasticsearch' | 'ingestion' | 'S3';
  readonly what: string;
  /** With the names of figures. */
  readonly formula: string;
  readonly value: number;
  readonly unit: string;
}

/** What the autoscaler is told. */
export const PODS = {
  least: 'pods of one worker and 1 CPU, least',
  most: 'pods, most',
  each: 'requests a second and pod, for the autoscaler',
};

/** Of an event loop, as the autoscaler wants it; of a store's cores. */
const BUSY = { loop: 0.6, store: 0.5 };
/** May be lost, or restarted. */
const SPARE = 1;
const LEAST = { pods: 3, nodes: 3 };
/** Primary and replica. */
const COPIES = 2;
/** The live one, two before it, one that is built. */
const GENERATIONS = 4;
/** Elasticsearch puts nothing more on a disk that is 85 % full, and merging takes room. */
const FULL = 0.75;
/** After a publish a customer is there twice until the older value ends. */
const REDIS = { generations: 2, full: 0.7 };
/** Quotes and comma of an id; names and braces of a line. */
const LINE = { perId: 3, rest: 36 };
const MB = 1e6;
const GB = 1e9;

type Figures = Readonly<Record<FigureName, number>>;

export function needsOf(demand: Demand, measured: Measured): readonly Need[] {
  const values = figureNames.map((name) => [name, measured[name]?.value ?? Number.NaN]);
  const figures: Figures = Object.fromEntries(values);
  const lineBytes = bytesOfLine(demand);
  return [
    ...needsOfApi(demand, figures, lineBytes),
    ...needsOfRedis(demand, figures),
    ...needsOfElasticsearch(demand, figures),
    ...needsOfIngestion(demand, figures, lineBytes),
  ];
}

const bytesOfLine = ({ customerIdBytes, segmentIdBytes, segmentsPerCustomer }: Demand): number =>
  LINE.rest + customerIdBytes + segmentsPerCustomer * (segmentIdBytes + LINE.perId);

const workersAt = (perSecond: number, cpuMicros: number): number =>
  Math.ceil((perSecond * cpuMicros) / 1e6 / BUSY.loop);

type Line = readonly [what: string, formula: string, value: number, unit: string];
const needs = (part: Need['part'], lines: readonly Line[]): readonly Need[] =>
  lines.map(([what, formula, value, unit]) => ({ part, what, formula, value, unit }));

function needsOfApi(demand: Demand, figures: Figures, lineBytes: number): readonly Need[] {
  const { perSecond, peak, cacheMb } = demand;
  const { requestCpuMicros, missCpuMicros, residentMb, bytesPerCachedCustomer, answerBytes } = figures;
  const least = Math.max(LEAST.pods, workersAt(perSecond, requestCpuMicros) + SPARE);
  const most = workersAt(perSecond * peak, requestCpuMicros) + SPARE;
  const cold = workersAt(perSecond, missCpuMicros) + SPARE;
  const kept = cacheMb * (bytesPerCachedCustomer / answerBytes);
  const aPod = (BUSY.loop * 1e6) / requestCpuMicros;
  return needs('API', [
    [PODS.least, 'max(3, ⌈rate × requestCpuMicros / 0.6⌉ + 1)', least, ''],
    [PODS.most, 'the larger of ⌈peak × rate × requestCpuMicros / 0.6⌉ + 1 and the next', Math.max(most, cold), ''],
    ['pods while nothing is in memory', '⌈rate × missCpuMicros / 0.6⌉ + 1', cold, ''],
    [PODS.each, '0.6 / requestCpuMicros', aPod, '/s'],
    ['memory of a pod', 'residentMb + cacheMb × bytesPerCachedCustomer / answerBytes', residentMb + kept, 'MB'],
    ['customers in memory of a pod', 'cacheMb / line', (cacheMb * MB) / lineBytes, ''],
    ['answers over the network', 'rate × line', (perSecond * lineBytes * 8) / MB, 'Mbit/s'],
  ]);
}

function needsOfRedis({ perSecond, customers, active }: Demand, figures: Figures): readonly Need[] {
  const { redisShare, redisCpuMicros, redisBytesPerCustomer } = figures;
  const calls = perSecond * redisShare;
  const bytes = (customers * active * redisBytesPerCustomer * REDIS.generations) / REDIS.full;
  return needs('Redis', [
    ['customers asked for', 'rate × redisShare', calls, '/s'],
    ['of its one core', 'rate × redisShare × redisCpuMicros', (calls * redisCpuMicros) / 1e6, ''],
    ['while nothing is in memory of a pod', 'rate × redisCpuMicros', (perSecond * redisCpuMicros) / 1e6, ''],
    ['maxmemory', 'customers × active × redisBytesPerCustomer × 2 / 0.7', bytes / GB, 'GB'],
  ]);
}

function needsOfElasticsearch(demand: Demand, figures: Figures): readonly Need[] {
  const { perSecond, customers, segmentsPerCustomer, node } = demand;
  const { storeShare, storeCpuMicros, storeBytesPerMembership } = figures;
  const primary = customers * segmentsPerCustomer * storeBytesPerMembership;
  const disk = (primary * COPIES * GENERATIONS) / FULL;
  const cores = (perSecond * storeCpuMicros) / 1e6 / BUSY.store;
  const nodes = Math.max(LEAST.nodes, Math.ceil(disk / GB / node.diskGb), Math.ceil(cores / node.cores) + SPARE);
  return needs('Elasticsearch', [
    ['reads', 'rate × storeShare', perSecond * storeShare, '/s'],
    ['cores while no cache has anything', 'rate × storeCpuMicros / 0.5', cores, ''],
    ['live generation, with its replica', 'memberships × storeBytesPerMembership × 2', (primary * COPIES) / GB, 'GB'],
    ['disk', 'memberships × storeBytesPerMembership × 2 × 4 / 0.75', disk / GB, 'GB'],
    ['data nodes', 'max(3, ⌈disk / diskGb⌉, ⌈cores / node cores⌉ + 1)', nodes, ''],
    ['of the live generation in page caches', 'nodes × memoryGb / 2 / live', inMemory(nodes, node, primary), 'of 1'],
  ]);
}

/** Half of a node's memory is Java's. */
const inMemory = (nodes: number, { memoryGb }: Demand['node'], primaryBytes: number): number =>
  Math.min(1, (nodes * memoryGb * GB) / 2 / (primaryBytes * COPIES));

function needsOfIngestion(demand: Demand, figures: Figures, lineBytes: number): readonly Need[] {
  const { customers, loadWithinSeconds: within } = demand;
  const { documentsPerSecond, documentBytes, loadStoreMsPerMb, loadPeakMb } = figures;
  const megabytes = (customers * lineBytes) / MB;
  const jobs = Math.ceil(megabytes / ((documentsPerSecond * documentBytes) / MB) / within);
  const cores = (megabytes * loadStoreMsPerMb * COPIES) / 1_000 / within;
  return [
    ...needs('ingestion', [
      ['lines of a run', 'customers × line', megabytes / 1_000, 'GB'],
      ['jobs at once', '⌈lines / (documentsPerSecond × documentBytes) / window⌉', jobs, ''],
      ['memory of a job', 'loadPeakMb', loadPeakMb, 'MB'],
      ['cores of Elasticsearch meanwhile', 'lines × loadStoreMsPerMb × 2 / window', cores, ''],
    ]),
    ...needs('S3', [['a run, before compression', 'lines', megabytes / 1_000, 'GB']]),
  ];
}
