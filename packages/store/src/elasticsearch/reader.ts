/** Reads one generation by its index, never through an alias: an answer cannot mix two. */
import type { CustomerId, RunId, SegmentId } from '@segment-store/contract/id';
import { type Member, parseSegmentLine, type Segment } from '@segment-store/contract/lines';
import { rejectIfAllFailed } from '@segment-store/resilience/batch';
import type { Call, Settled } from '@segment-store/resilience/operation';
import { checkReadable, toGeneration } from '../generation.ts';
import { type StoredMember, toMember } from '../member.ts';
import { generationKey, type Records } from '../records.ts';
import type { Reader } from '../store.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { type Found, sourceOf } from './found.ts';
import type { Layout } from './layout.ts';
import { walkMembers } from './members.ts';
import { countSegments } from './segment-counts.ts';

export interface ReaderTerms {
  readonly connection: Connection;
  readonly layout: Layout;
  readonly records: Records;
  readonly patienceMs: number;
}

export async function openReader(
  { connection, layout, records, patienceMs }: ReaderTerms,
  run: RunId,
  call: Call,
): Promise<Reader> {
  const record = checkReadable(run, (await records.get(generationKey(run), call))?.value);
  const catalogue = await readCatalogue(connection, layout.catalogueOf(run), call);
  const index = layout.membersOf(run);
  return {
    generation: toGeneration(record),
    catalogue,
    async read(customerIds, reading) {
      const [first, ...rest] = customerIds;
      if (first === undefined) return [];
      if (rest.length > 0) return readMany(connection, { index, customerIds }, reading);
      return [{ status: 'fulfilled', value: await readOne(connection, { index, customerId: first }, reading) }];
    },
    count: (segmentIds, counting) => countSegments({ connection, index, patienceMs }, segmentIds, counting),
    membersOf: (segmentId, walking) => walkMembers({ connection, index, segmentId }, walking),
    async [Symbol.asyncDispose]() {},
  };
}

async function readOne(
  connection: Connection,
  { index, customerId }: { readonly index: string; readonly customerId: CustomerId },
  call: Call,
): Promise<Member | undefined> {
  const path = `/${index}/_doc/${encodeURIComponent(customerId)}`;
  const request = { method: 'GET', path, timeoutMs: TIMEOUT_MS.read, accept: [404], isPrivate: true } as const;
  const { body } = await connection.send<Found<StoredMember>>(request, call);
  return memberOf(body, index);
}

async function readMany(
  connection: Connection,
  { index, customerIds }: { readonly index: string; readonly customerIds: readonly CustomerId[] },
  call: Call,
): Promise<Settled<Member | undefined>> {
  const request = { method: 'POST', path: `/${index}/_mget`, body: { ids: customerIds }, isPrivate: true } as const;
  const bounded = { ...request, timeoutMs: TIMEOUT_MS.read };
  const { body } = await connection.send<{ docs: readonly Found<StoredMember>[] }>(bounded, call);
  const settled = customerIds.map((_, place): Settled<Member | undefined>[number] => {
    try {
      return { status: 'fulfilled', value: memberOf(body.docs[place] ?? {}, index) };
    } catch (reason) {
      return { status: 'rejected', reason };
    }
  });
  return rejectIfAllFailed(settled);
}

function memberOf(found: Found<StoredMember>, index: string): Member | undefined {
  const stored = sourceOf(found, index);
  return stored === undefined ? undefined : toMember(stored);
}

interface Hits {
  readonly hits: { readonly hits: readonly { readonly _source: object; readonly sort: readonly string[] }[] };
}

const PAGE = 5_000;

async function readCatalogue(
  connection: Connection,
  index: string,
  call: Call,
): Promise<ReadonlyMap<SegmentId, Segment>> {
  const segments = new Map<SegmentId, Segment>();
  let after: readonly string[] | undefined;
  for (;;) {
    const body = { size: PAGE, sort: [{ id: 'asc' }], track_total_hits: false, ...(after && { search_after: after }) };
    const request = { method: 'POST', path: `/${index}/_search`, body, timeoutMs: TIMEOUT_MS.control } as const;
    const query = { allow_partial_search_results: false };
    const { hits } = (await connection.send<Hits>({ ...request, query }, call)).body.hits;
    for (const { _source } of hits) {
      const segment = parseSegmentLine(JSON.stringify(_source));
      segments.set(segment.id, segment);
    }
    if (hits.length < PAGE) return segments;
    after = hits.at(-1)?.sort;
  }
}
