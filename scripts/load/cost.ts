/** What the load cost the server, by its own `/metrics`, and its stores, by their processes: what a sizing starts from. */
import { sumOf } from '@segment-store/services/exposition';
import { get } from '@segment-store/services/service';
import { cpuSeconds } from '../../bench/ingest/cpu.ts';
import type { Place } from './place.ts';

export interface Cost {
  /** Requests by the server's own count, health checks and scrapes included. */
  readonly requests: number;
  /** Of all its processes. */
  readonly cpuMicrosPerRequest: number;
  readonly residentMb: number;
  /** How many of the customers were looked for there, from 0 to 1; `storeShare` of a server with Redis. */
  readonly redisShare: number;
  readonly storeShare: number;
  /** CPU of all processes of a store, for each customer that it was asked for; NaN where they are not on this machine. */
  readonly redisCpuMicros: number;
  readonly storeCpuMicros: number;
  /** Refused before they cost anything, from 0 to 1. */
  readonly shedShare: number;
}

export interface Reading {
  /** `/metrics` of the server. */
  readonly figures: string;
  readonly cpuSeconds: Readonly<Record<'redis' | 'store', number>>;
}

/** Undefined where nobody said where the server's figures are. */
export async function read({ ops, pids }: Pick<Place, 'ops' | 'pids'>): Promise<Reading | undefined> {
  if (ops === undefined) return undefined;
  const ofAll = (all: readonly number[]) =>
    all.length === 0 ? Number.NaN : all.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const figures = await get(`${ops}/metrics`);
  return { figures, cpuSeconds: { redis: ofAll(pids.redis), store: ofAll(pids.store) } };
}

/** Between two readings of one server that was not restarted. */
export function costOf(before: Reading, after: Reading): Cost {
  const grown = (metric: string) => sumOf(metric, after.figures) - sumOf(metric, before.figures);
  const requests = grown('http_server_request_duration_seconds_count');
  const asked = (tier: Tier) => askedOf(tier, after.figures) - askedOf(tier, before.figures);
  const cpuMicros = (tier: Tier) => ((after.cpuSeconds[tier] - before.cpuSeconds[tier]) * 1e6) / asked(tier);
  return {
    requests,
    cpuMicrosPerRequest: (grown('process_cpu_seconds_total') * 1e6) / requests,
    residentMb: sumOf('process_resident_memory_bytes', after.figures) / 1e6,
    redisShare: asked('redis') / requests,
    storeShare: asked('store') / requests,
    redisCpuMicros: cpuMicros('redis'),
    storeCpuMicros: cpuMicros('store'),
    shedShare: grown('segment_shed_total') / requests,
  };
}

type Tier = keyof Reading['cpuSeconds'];

/** Customers, not round trips: a server asks for several at once. The store is asked for whom Redis did not have. */
function askedOf(tier: Tier, text: string): number {
  const ofRedis = text.split('\n').filter((line) => line.startsWith('segment_cache_requests_total{tier="redis"'));
  const these = tier === 'redis' ? ofRedis : ofRedis.filter((line) => !line.includes('result="hit"'));
  return sumOf('segment_cache_requests_total', these.join('\n'));
}
