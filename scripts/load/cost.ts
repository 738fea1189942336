/** What the load cost the server, by its own `/metrics`: figures that a sizing starts from. */
import { sumOf } from '@segment-store/services/exposition';
import { get } from '@segment-store/services/service';

export interface Cost {
  /** Requests by the server's own count, health checks and scrapes included. */
  readonly requests: number;
  /** Of all its processes. */
  readonly cpuMicrosPerRequest: number;
  readonly residentMb: number;
  /** Of the requests, from 0 to 1, how many were looked for there. */
  readonly redisShare: number;
  readonly storeShare: number;
  /** Refused before they cost anything, from 0 to 1. */
  readonly shedShare: number;
}

export const readFigures = (ops: string): Promise<string> => get(`${ops}/metrics`);

/** Between two readings of one server that was not restarted. */
export function costOf(before: string, after: string): Cost {
  const grown = (metric: string) => sumOf(metric, after) - sumOf(metric, before);
  const requests = grown('http_server_request_duration_seconds_count');
  const asked = (tier: string) => (askedOf(tier, after) - askedOf(tier, before)) / requests;
  return {
    requests,
    cpuMicrosPerRequest: (grown('process_cpu_seconds_total') * 1e6) / requests,
    residentMb: sumOf('process_resident_memory_bytes', after) / 1e6,
    redisShare: asked('redis'),
    storeShare: asked('store'),
    shedShare: grown('segment_shed_total') / requests,
  };
}

/** `sumOf` adds up whole metrics: those of one tier are made one. */
function askedOf(tier: string, text: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith('segment_cache_requests_total{'));
  return sumOf('segment_cache_requests_total', lines.filter((line) => line.includes(`tier="${tier}"`)).join('\n'));
}
