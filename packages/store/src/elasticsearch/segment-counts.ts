/** How many members each segment has: term counts on the inverted index, exact to the document. */
import type { SegmentId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import { createPatience, patiently } from '@segment-store/resilience/patience';
import { refusal } from '../refusal.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';

/** Of one request; 20,000 segments of 2 million members took 24 s. */
const COUNTS_A_REQUEST = 500;

export interface CountedIndex {
  readonly connection: Connection;
  readonly index: string;
  readonly patienceMs: number;
}

interface TermCount {
  readonly status: number;
  readonly error?: { readonly type: string };
  readonly _shards?: { readonly failed: number };
  readonly hits?: { readonly total: { readonly value: number } };
}

/** In the order asked. A request that meets a busy or absent shard is tried again as long as patience lasts. */
export async function countSegments(
  target: CountedIndex,
  segmentIds: readonly SegmentId[],
  call: Call,
): Promise<readonly number[]> {
  const counts: number[] = [];
  for (let from = 0; from < segmentIds.length; from += COUNTS_A_REQUEST) {
    const asked = segmentIds.slice(from, from + COUNTS_A_REQUEST);
    const counted = () => countOnce(target, asked, call);
    counts.push(...(await patiently(counted, createPatience(target.patienceMs), call)));
  }
  return counts;
}

/** Without partial results, an answer is of every shard. Nobody asks twice: the request cache is left to others. */
const header = JSON.stringify({ allow_partial_search_results: false, request_cache: false });
const query = { filter_path: 'responses.status,responses.error.type,responses._shards.failed,responses.hits.total' };

async function countOnce(
  { connection, index }: CountedIndex,
  segmentIds: readonly SegmentId[],
  call: Call,
): Promise<readonly number[]> {
  const bulk = Buffer.from(segmentIds.map((id) => `${header}\n${termCount(id)}\n`).join(''));
  const request = { method: 'POST', path: `/${index}/_msearch`, query, bulk, timeoutMs: TIMEOUT_MS.bulk } as const;
  const { responses = [] } = (await connection.send<{ responses?: readonly TermCount[] }>(request, call)).body;
  return segmentIds.map((id, place) => toCount(responses[place], `${index} for segment ${id}`));
}

function termCount(segmentId: SegmentId): string {
  return JSON.stringify({ size: 0, track_total_hits: true, query: { term: { segment_ids: segmentId } } });
}

function toCount({ status, error, _shards, hits }: TermCount = { status: 0 }, what: string): number {
  if (status === 200 && _shards?.failed === 0 && hits !== undefined) return hits.total.value;
  const why = `${status} ${error?.type ?? 'not every shard answered'}`;
  if (status === 404) throw refusal('NOT_FOUND', `index ${what}: ${why}: it was removed`);
  if (status === 400) throw refusal('CONFLICT', `index ${what}: ${why}: its segments cannot be counted`);
  const traits = { fault: true, retryable: true };
  throw refusal('UNAVAILABLE', `index ${what} could not be counted whole: ${why}`, traits);
}
