/** Ends the writing of a generation: everything on disk and counted, then closed and copied. */
import type { Call } from '@segment-store/resilience/operation';
import { refusal } from '../refusal.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { sealedSettings } from './layout.ts';

interface Indices {
  readonly members: string;
  readonly catalogue: string;
}

export async function countDocuments(
  connection: Connection,
  { members, catalogue }: Indices,
  call: Call,
): Promise<{ readonly members: number; readonly segments: number }> {
  const path = `/${members},${catalogue}/_refresh`;
  await connection.send({ method: 'POST', path, timeoutMs: TIMEOUT_MS.seal }, call);
  return { members: await count(connection, members, call), segments: await count(connection, catalogue, call) };
}

export async function settleIndices(
  connection: Connection,
  { members, catalogue, alias }: Indices & { readonly alias: string },
  call: Call,
): Promise<void> {
  const body = { actions: [{ remove: { index: members, alias, must_exist: false } }] };
  await connection.send({ method: 'POST', path: '/_aliases', body, timeoutMs: TIMEOUT_MS.control }, call);
  const path = `/${members},${catalogue}`;
  const settings = { method: 'PUT', path: `${path}/_settings`, body: { index: sealedSettings } } as const;
  await connection.send({ ...settings, timeoutMs: TIMEOUT_MS.control }, call);
  await connection.send({ method: 'POST', path: `${path}/_flush`, timeoutMs: TIMEOUT_MS.seal }, call);
}

interface Count {
  readonly count: number;
  readonly _shards: { readonly failed: number };
}

async function count(connection: Connection, index: string, call: Call): Promise<number> {
  const { body } = await connection.send<Count>(
    { method: 'GET', path: `/${index}/_count`, timeoutMs: TIMEOUT_MS.seal },
    call,
  );
  if (body._shards.failed === 0) return body.count;
  const traits = { fault: true, retryable: true };
  throw refusal('UNAVAILABLE', `${connection.url} could count only a part of ${index}`, traits);
}
