/** An encoded answer → the response: what changes from request to request stands in headers. */
import type { Entry } from '@segment-store/resilience/cached';
import type { Pin } from './pin.ts';
import type { Encoded } from './read-path.ts';

export interface ReplyOptions {
  /** What the answer came from. */
  readonly pin: Pin;
  /** What this server answers from now: newer if a publish came between. */
  readonly now: Pin;
  readonly ifNoneMatch: string | undefined;
  /** Milliseconds the store was waited for; absent for a hit. */
  readonly waitedMs?: number;
}

const CACHE_CONTROL = 'private, max-age=60, stale-while-revalidate=600, stale-if-error=86400';

export function reply({ value, ageMs }: Entry<Encoded>, options: ReplyOptions): Response {
  const { pin, now, ifNoneMatch, waitedMs } = options;
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    ETag: value.etag,
    Age: `${Math.floor(ageMs / 1000)}`,
    'Cache-Status': waitedMs === undefined ? 'segment-store; hit' : 'segment-store; fwd=miss; stored',
    'Cache-Control': CACHE_CONTROL,
    'Segment-Generation': value.run,
    'Segment-Epoch': `${pin.epoch}`,
    'Segment-Epoch-Floor': `${now.floor}`,
    'Server-Timing': waitedMs === undefined ? 'l1' : `store;dur=${waitedMs.toFixed(1)}`,
  };
  if (value.run !== now.reader.generation.run) headers['Segment-Stale'] = '?1';
  if (ifNoneMatch === undefined || !fits(value.etag, ifNoneMatch)) return new Response(value.bytes, { headers });
  delete headers['Content-Type'];
  return new Response(null, { status: 304, headers });
}

/** Weak comparison, as RFC 9110 asks of If-None-Match. */
function fits(etag: string, ifNoneMatch: string): boolean {
  return ifNoneMatch.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}

/** Which generation an answer came from, and what may still be used `now`. */
export function generationHeaders({ reader: { generation }, epoch }: Pin, now: Pin): Record<string, string> {
  return {
    'Segment-Generation': generation.run,
    'Segment-Epoch': `${epoch}`,
    'Segment-Epoch-Floor': `${now.floor}`,
    ...(generation.run !== now.reader.generation.run && { 'Segment-Stale': '?1' }),
  };
}
