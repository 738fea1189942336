/** Documents of single customers in a members index: for erasures. */
import type { CustomerId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import type { Documents } from '../documents.ts';
import type { StoredMember } from '../member.ts';
import { refusal } from '../refusal.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { BLOCKED } from './failures.ts';
import { type Found, sourceOf } from './found.ts';
import type { Layout } from './layout.ts';
import type { BulkItem } from './triage.ts';

/** Customers of one request. */
const CHUNK = 1_000;

export function createDocuments(connection: Connection, layout: Layout): Documents {
  return {
    async find(run, customerIds, call) {
      const found = new Map<CustomerId, number>();
      for (const ids of chunks(customerIds)) {
        for (const [id, memberships] of await findSome(connection, { index: layout.membersOf(run), ids }, call)) {
          found.set(id, memberships);
        }
      }
      return found;
    },
    async remove(run, customerIds, call) {
      for (const ids of chunks(customerIds)) {
        await removeSome(connection, { index: layout.membersOf(run), ids }, call);
      }
    },
  };
}

function* chunks(ids: readonly CustomerId[]): Generator<readonly CustomerId[]> {
  for (let from = 0; from < ids.length; from += CHUNK) yield ids.slice(from, from + CHUNK);
}

interface Some {
  readonly index: string;
  readonly ids: readonly CustomerId[];
}

/** Gets see what no refresh has made visible yet. */
async function findSome(connection: Connection, { index, ids }: Some, call: Call): Promise<[CustomerId, number][]> {
  const request = { method: 'POST', path: `/${index}/_mget`, body: { ids }, isPrivate: true } as const;
  const bounded = { ...request, timeoutMs: TIMEOUT_MS.control };
  const { docs } = (await connection.send<{ readonly docs: readonly Found<StoredMember>[] }>(bounded, call)).body;
  return ids.flatMap((id, place): [CustomerId, number][] => {
    const stored = sourceOf(docs[place] ?? {}, index);
    return stored === undefined ? [] : [[id, stored.segment_ids.length]];
  });
}

async function removeSome(connection: Connection, { index, ids }: Some, call: Call): Promise<void> {
  const bulk = Buffer.from(ids.map((id) => `{"delete":{"_id":${JSON.stringify(id)}}}\n`).join(''));
  const query = { refresh: true, filter_path: 'items.*.status,items.*.error.type' };
  const request = { method: 'POST', path: `/${index}/_bulk`, query, bulk, isPrivate: true } as const;
  const bounded = { ...request, timeoutMs: TIMEOUT_MS.bulk };
  const { items = [] } = (await connection.send<{ items?: readonly { readonly delete: BulkItem }[] }>(bounded, call))
    .body;
  const left = items.map((item) => item.delete).find(({ status }) => status !== 200 && status !== 404);
  if (left === undefined && items.length === ids.length) return;
  const what = `index ${index} refused to delete customers (${left?.status} ${left?.error?.type ?? ''})`;
  if (left?.error?.type === BLOCKED) throw refusal('UNAVAILABLE', `${what}: free disk space, then run again`);
  throw refusal('UNAVAILABLE', what, { fault: true, retryable: true });
}
