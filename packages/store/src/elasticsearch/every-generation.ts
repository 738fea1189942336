/** The control record of every run that has one. */
import type { Call } from '@segment-store/resilience/operation';
import type { GenerationRecord } from '../records.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import type { Layout } from './layout.ts';

/** The most that one search answers. */
const MOST = 10_000;

interface Hits {
  readonly hits: { readonly hits: readonly { readonly _source: { readonly body: GenerationRecord } }[] };
}

/** By a search, because a build that has written nothing yet has no index by which it could be found. */
export async function everyGeneration(
  connection: Connection,
  { control }: Layout,
  call: Call,
): Promise<readonly GenerationRecord[]> {
  const refresh = { method: 'POST', path: `/${control}/_refresh`, timeoutMs: TIMEOUT_MS.control } as const;
  await connection.send(refresh, call);
  const body = { size: MOST, query: { term: { kind: 'gen' } } };
  const query = { allow_partial_search_results: false };
  const request = { method: 'POST', path: `/${control}/_search`, query, body, timeoutMs: TIMEOUT_MS.control } as const;
  const { hits } = (await connection.send<Hits>(request, call)).body;
  return hits.hits.map(({ _source }) => _source.body);
}
