/** Who is in a segment: the index as it was when the walk began, in pages. */
import type { CustomerId, SegmentId } from '@segment-store/contract/id';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { type Connection, TIMEOUT_MS } from './connection.ts';

const PAGE = 5_000;
/** How long whoever takes the pages may rest between two of them. */
const KEEP_ALIVE = '5m';

interface Walk {
  readonly connection: Connection;
  readonly index: string;
  readonly segmentId: SegmentId;
}

interface Page {
  readonly pit_id: string;
  readonly hits: { readonly hits: readonly { readonly _id: CustomerId; readonly sort: readonly unknown[] }[] };
}

/** Whoever leaves before the end lets go of the index as well. */
export async function* walkMembers(walk: Walk, call: Call): AsyncGenerator<readonly CustomerId[]> {
  let pit = await openPit(walk, call);
  try {
    for (let after: readonly unknown[] | undefined; ; ) {
      const page = await readPage(walk, { pit, after }, call);
      const { hits } = page.hits;
      pit = page.pit_id;
      if (hits.length > 0) yield hits.map(({ _id }) => _id);
      if (hits.length < PAGE) return;
      after = hits.at(-1)?.sort;
    }
  } finally {
    await closePit(walk, pit).catch(() => 'Elasticsearch lets go of it by itself');
  }
}

async function openPit({ connection, index }: Walk, call: Call): Promise<string> {
  const query = { keep_alive: KEEP_ALIVE };
  const request = { method: 'POST', path: `/${index}/_pit`, query, timeoutMs: TIMEOUT_MS.control } as const;
  return (await connection.send<{ readonly id: string }>(request, call)).body.id;
}

/** Without partial results, a page is of every shard. */
async function readPage(
  { connection, segmentId }: Walk,
  { pit, after }: { readonly pit: string; readonly after: readonly unknown[] | undefined },
  call: Call,
): Promise<Page> {
  const body = {
    size: PAGE,
    pit: { id: pit, keep_alive: KEEP_ALIVE },
    query: { constant_score: { filter: { term: { segment_ids: segmentId } } } },
    sort: ['_shard_doc'],
    _source: false,
    track_total_hits: false,
    ...(after && { search_after: after }),
  };
  const query = { allow_partial_search_results: false, filter_path: 'pit_id,hits.hits._id,hits.hits.sort' };
  const request = { method: 'POST', path: '/_search', query, body, timeoutMs: TIMEOUT_MS.bulk } as const;
  const page = (await connection.send<Partial<Page>>(request, call)).body;
  return { pit_id: page.pit_id ?? pit, hits: page.hits ?? { hits: [] } };
}

async function closePit({ connection }: Walk, pit: string): Promise<void> {
  const request = { method: 'DELETE', path: '/_pit', body: { id: pit }, timeoutMs: TIMEOUT_MS.read } as const;
  await connection.send(request, unlimited);
}
