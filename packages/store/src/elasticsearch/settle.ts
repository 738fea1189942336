/** Ends the writing of a generation: everything on disk and counted, then closed and copied. */
import type { RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import { refusal } from '../refusal.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { type WaitTerms, waitForCopies } from './copies.ts';
import { buildSettings, type Copies, sealedSettings } from './layout.ts';
import { type MergeTerms, mergeSegments } from './merge.ts';

interface Indices {
  readonly members: string;
  readonly catalogue: string;
}

export interface BuildAlias {
  readonly index: string;
  readonly alias: string;
}

export async function countDocuments(
  connection: Connection,
  { members, catalogue }: Indices,
  call: Call,
): Promise<{ readonly members: number; readonly segments: number }> {
  const path = `/${members},${catalogue}/_refresh`;
  const refresh = { method: 'POST', path, timeoutMs: TIMEOUT_MS.seal } as const;
  checkWhole(
    await connection.send<OfShards>(refresh, call),
    `${connection.url} could refresh only a part of ${members}`,
  );
  return countVisible(connection, { members, catalogue }, call);
}

/** Without a refresh: what was written since the last one may be missing. */
export async function countVisible(
  connection: Connection,
  { members, catalogue }: Indices,
  call: Call,
): Promise<{ readonly members: number; readonly segments: number }> {
  return { members: await count(connection, members, call), segments: await count(connection, catalogue, call) };
}

export interface SettleTerms extends Copies, MergeTerms, WaitTerms {
  readonly connection: Connection;
}

/** Again after a part of it was done, it does the rest. A copy that cannot be made now is no failure: gates judge it. */
export async function settleIndices(
  terms: SettleTerms,
  { run, members, catalogue, aliases }: Indices & { readonly run: RunId; readonly aliases: readonly BuildAlias[] },
  call: Call,
): Promise<void> {
  const { connection } = terms;
  const body = { actions: aliases.map((one) => ({ remove: { ...one, must_exist: false } })) };
  // 404: none of them is left, a seal before this one came so far.
  const removal = { method: 'POST', path: '/_aliases', body, accept: [404] } as const;
  await connection.send({ ...removal, timeoutMs: TIMEOUT_MS.control }, call);
  const indices = `${members},${catalogue}`;
  await mergeSegments(terms, { run, index: members }, call);
  const flush = { method: 'POST', path: `/${indices}/_flush`, timeoutMs: TIMEOUT_MS.seal } as const;
  checkWhole(await connection.send<OfShards>(flush, call), `${connection.url} could flush only a part of ${members}`);
  const settings = { method: 'PUT', path: `/${indices}/_settings`, body: { index: sealedSettings(terms) } } as const;
  await connection.send({ ...settings, timeoutMs: TIMEOUT_MS.control }, call);
  await waitForCopies(terms, { run, indices }, call);
}

/** The settings of a build come back; copies are made anew when it is settled again. */
export async function unsettleIndices(
  { connection, ...copies }: SettleTerms,
  { members, catalogue }: Indices,
  call: Call,
): Promise<void> {
  const path = `/${members},${catalogue}/_settings`;
  const body = { index: { auto_expand_replicas: false, ...buildSettings(copies) } };
  await connection.send({ method: 'PUT', path, body, timeoutMs: TIMEOUT_MS.control }, call);
}

interface OfShards {
  readonly _shards: { readonly failed: number };
}

interface Count extends OfShards {
  readonly count: number;
}

async function count(connection: Connection, index: string, call: Call): Promise<number> {
  const request = { method: 'GET', path: `/${index}/_count`, timeoutMs: TIMEOUT_MS.seal } as const;
  const answer = await connection.send<Count>(request, call);
  checkWhole(answer, `${connection.url} could count only a part of ${index}`);
  return answer.body.count;
}

/** Where a shard does not answer, Elasticsearch answers 200 for the others. */
function checkWhole({ body }: { readonly body: OfShards }, message: string): void {
  if (body._shards.failed === 0) return;
  throw refusal('UNAVAILABLE', message, { fault: true, retryable: true });
}
