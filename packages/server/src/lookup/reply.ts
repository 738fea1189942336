/** An encoded answer → the response: what changes from request to request stands in headers. */
import type { RunId } from '@segment-store/contract/id';
import type { Entry } from '@segment-store/resilience/cached';
import { epochOf, type Pin } from './pin.ts';
import type { Encoded } from './read-path.ts';

export interface ReplyOptions {
  /** What was asked. */
  readonly pin: Pin;
  /** What this server answers from now: newer if a publish came between. */
  readonly now: Pin;
  readonly ifNoneMatch: string | undefined;
  /** Milliseconds Redis and the store were waited for; absent for a hit. */
  readonly waitedMs?: number;
}

const CACHE_CONTROL = 'private, max-age=60, stale-while-revalidate=600, stale-if-error=86400';

export function reply(entry: Entry<Encoded>, options: ReplyOptions): Response {
  const { value, ageMs } = entry;
  const { pin, now, ifNoneMatch, waitedMs } = options;
  const isPinned = value.run === now.reader.generation.run;
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'X-Content-Type-Options': 'nosniff',
    ETag: value.etag,
    Age: `${Math.floor(ageMs / 1000)}`,
    'Cache-Status': cacheStatus(entry, waitedMs),
    'Cache-Control': CACHE_CONTROL,
    'Segment-Generation': value.run,
    'Segment-Epoch': `${isPinned ? now.epoch : epochOf(value.run, now, pin)}`,
    'Segment-Epoch-Floor': `${now.floor}`,
    'Server-Timing': waitedMs === undefined ? 'l1' : `read;dur=${waitedMs.toFixed(1)}`,
  };
  if (!isPinned) headers['Segment-Stale'] = '?1';
  if (ifNoneMatch === undefined || !fits(value.etag, ifNoneMatch)) return new Response(value.body, { headers });
  delete headers['Content-Type'];
  return new Response(null, { status: 304, headers });
}

/** RFC 9211. */
function cacheStatus({ error }: Entry<Encoded>, waitedMs: number | undefined): string {
  if (error !== undefined) return 'segment-store; hit; detail=stale-if-error';
  return waitedMs === undefined ? 'segment-store; hit' : 'segment-store; fwd=miss; stored';
}

/** Weak comparison, as RFC 9110 asks of If-None-Match. */
export function fits(etag: string, ifNoneMatch: string): boolean {
  return ifNoneMatch.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}

/** Which generation `run` an answer came from that was asked of `pin`, and what may still be used `now`. */
export function generationHeaders(pin: Pin, now: Pin, run: RunId = pin.reader.generation.run): Record<string, string> {
  return {
    'Segment-Generation': run,
    'Segment-Epoch': `${epochOf(run, now, pin)}`,
    'Segment-Epoch-Floor': `${now.floor}`,
    ...(run !== now.reader.generation.run && { 'Segment-Stale': '?1' }),
  };
}
