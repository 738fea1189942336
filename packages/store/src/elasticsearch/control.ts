/** Control records as documents, changed by compare-and-set on the sequence number. */
import type { Call } from '@segment-store/resilience/operation';
import type { Key, Records, Versioned } from '../records.ts';
import { refusal } from '../refusal.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { type Found, sourceOf } from './found.ts';

interface Versions {
  readonly _seq_no?: number;
  readonly _primary_term?: number;
}

type FoundRecord<T> = Found<{ readonly body: T }> & Versions;

interface Removed {
  readonly items?: readonly { readonly delete: { readonly status: number } }[];
}

/** Records asked for in one request. */
const CHUNK = 1_000;
const timeoutMs = TIMEOUT_MS.control;

export function createRecords(connection: Connection, index: string): Records {
  return {
    async get<T>(key: Key<T>, call: Call) {
      const request = { method: 'GET', path: pathOf(index, '_doc', key), timeoutMs, accept: [404] } as const;
      const { body } = await connection.send<FoundRecord<T>>(request, call);
      return toVersioned(body, index);
    },
    async getMany<T>(keys: readonly Key<T>[], call: Call) {
      const values: (Versioned<T> | undefined)[] = [];
      for (let from = 0; from < keys.length; from += CHUNK) {
        const ids = keys.slice(from, from + CHUNK).map(({ id }) => id);
        const request = { method: 'POST', path: `/${index}/_mget`, body: { ids }, timeoutMs } as const;
        const { body } = await connection.send<{ docs: readonly FoundRecord<T>[] }>(request, call);
        values.push(...ids.map((_, place) => toVersioned(body.docs[place] ?? {}, index)));
      }
      return values;
    },
    async put(key, { value, version }, call) {
      const path = pathOf(index, version === undefined ? '_create' : '_doc', key);
      const query = version === undefined ? {} : onlyAt(version);
      const body = { kind: key.id.split(':')[0], body: value };
      const request = { method: 'PUT', path, query, body, timeoutMs, accept: [409] } as const;
      const { status, body: answer } = await connection.send<Versions>(request, call);
      return status === 409 ? undefined : versionOf(answer);
    },
    async removeAt(key, version, call) {
      const [path, query] = [pathOf(index, '_doc', key), onlyAt(version)];
      const request = { method: 'DELETE', path, query, timeoutMs, accept: [404, 409] } as const;
      return (await connection.send(request, call)).status === 200;
    },
    async remove(keys, call) {
      for (let from = 0; from < keys.length; from += CHUNK) {
        const actions = keys.slice(from, from + CHUNK).map(({ id }) => `{"delete":{"_id":${JSON.stringify(id)}}}\n`);
        const bulk = Buffer.from(actions.join(''));
        const request = { method: 'POST', path: `/${index}/_bulk`, bulk, timeoutMs: TIMEOUT_MS.bulk } as const;
        checkRemoved(index, (await connection.send<Removed>(request, call)).body);
      }
    },
  };
}

function toVersioned<T>(found: FoundRecord<T>, index: string): Versioned<T> | undefined {
  const source = sourceOf(found, index);
  return source && { value: source.body, version: versionOf(found) };
}

const versionOf = ({ _seq_no, _primary_term }: Versions): string => `${_seq_no}:${_primary_term}`;

function onlyAt(version: string): { readonly if_seq_no: string; readonly if_primary_term: string } {
  const [seqNo = '', primaryTerm = ''] = version.split(':');
  return { if_seq_no: seqNo, if_primary_term: primaryTerm };
}

/** Deletes that find nothing have been done before. */
function checkRemoved(index: string, { items = [] }: Removed): void {
  const left = items.find(({ delete: { status } }) => status !== 200 && status !== 404);
  if (left === undefined) return;
  const traits = { fault: true, retryable: true };
  throw refusal('UNAVAILABLE', `index ${index} refused to delete records (${left.delete.status})`, traits);
}

function pathOf(index: string, verb: '_doc' | '_create', { id }: Key<unknown>): string {
  return `/${index}/${verb}/${encodeURIComponent(id)}`;
}
