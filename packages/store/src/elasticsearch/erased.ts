/** The list of erased customers: an index of their keyed hashes, made by whoever erases first. */
import type { Call } from '@segment-store/resilience/operation';
import type { ErasureTerms } from '../erasures.ts';
import { refusal } from '../refusal.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { createIndex } from './first-use.ts';
import { erasuresMapping, type Layout } from './layout.ts';
import type { BulkItem } from './triage.ts';

const PAGE = 10_000;
const CHUNK = 5_000;

export function createHashes(connection: Connection, { erasures: index }: Layout): ErasureTerms['hashes'] {
  return {
    async put(hashes, call) {
      const settings = { number_of_shards: 1, auto_expand_replicas: '0-1' };
      await createIndex(connection, { name: index, settings, mappings: erasuresMapping }, call);
      let recorded = 0;
      for (let from = 0; from < hashes.length; from += CHUNK) {
        recorded += await putSome(connection, { index, hashes: hashes.slice(from, from + CHUNK) }, call);
      }
      return recorded;
    },
    async all(call) {
      const all = new Set<string>();
      for (let after: string | undefined; ; ) {
        const page = await readPage(connection, { index, after }, call);
        for (const hash of page) all.add(hash);
        after = page.at(-1);
        if (page.length < PAGE) return all;
      }
    },
    async count(call) {
      const request = {
        method: 'GET',
        path: `/${index}/_count`,
        accept: [404],
        timeoutMs: TIMEOUT_MS.control,
      } as const;
      const { body } = await connection.send<{ readonly count?: number }>(request, call);
      return body.count ?? 0;
    },
  };
}

async function putSome(
  connection: Connection,
  { index, hashes }: { readonly index: string; readonly hashes: readonly string[] },
  call: Call,
): Promise<number> {
  const at = new Date().toISOString();
  const lines = hashes.map((hash) => `{"create":{"_id":"${hash}"}}\n${JSON.stringify({ hash, at })}\n`);
  const query = { refresh: true, filter_path: 'items.*.status,items.*.error.type' };
  const request = { method: 'POST', path: `/${index}/_bulk`, query, bulk: Buffer.from(lines.join('')) } as const;
  const bounded = { ...request, timeoutMs: TIMEOUT_MS.bulk };
  const { items = [] } = (await connection.send<{ items?: readonly { readonly create: BulkItem }[] }>(bounded, call))
    .body;
  const statuses = items.map(({ create }) => create.status);
  const isKept = items.length === hashes.length && statuses.every((status) => status === 201 || status === 409);
  if (isKept) return statuses.filter((status) => status === 201).length;
  const traits = { fault: true, retryable: true };
  throw refusal('UNAVAILABLE', `index ${index} did not keep every erasure (${[...new Set(statuses)]})`, traits);
}

interface Hits<S> {
  readonly hits?: { readonly hits: readonly { readonly _source: S }[] };
}

async function readPage(
  connection: Connection,
  { index, after }: { readonly index: string; readonly after: string | undefined },
  call: Call,
): Promise<readonly string[]> {
  const paging = after === undefined ? {} : { search_after: [after] };
  const body = { size: PAGE, sort: [{ hash: 'asc' }], _source: ['hash'], track_total_hits: false, ...paging };
  const query = { allow_partial_search_results: false };
  const request = { method: 'POST', path: `/${index}/_search`, query, body, accept: [404] } as const;
  const answer = await connection.send<Hits<{ readonly hash: string }>>(
    { ...request, timeoutMs: TIMEOUT_MS.control },
    call,
  );
  return (answer.body.hits?.hits ?? []).map(({ _source }) => _source.hash);
}
