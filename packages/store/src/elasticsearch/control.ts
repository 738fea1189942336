/** Control records as documents, changed by compare-and-set on the sequence number. */
import type { Call } from '@segment-store/resilience/operation';
import type { Key, Records, Versioned } from '../records.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';

interface Found<T> {
  readonly found?: boolean;
  readonly _seq_no?: number;
  readonly _primary_term?: number;
  readonly _source?: { readonly body: T };
}

/** Records asked for in one request. */
const CHUNK = 1_000;
const timeoutMs = TIMEOUT_MS.control;

export function createRecords(connection: Connection, index: string): Records {
  return {
    async get<T>(key: Key<T>, call: Call) {
      const request = { method: 'GET', path: pathOf(index, '_doc', key), timeoutMs, accept: [404] } as const;
      const { body } = await connection.send<Found<T>>(request, call);
      return toVersioned(body);
    },
    async getMany<T>(keys: readonly Key<T>[], call: Call) {
      const values: (T | undefined)[] = [];
      for (let from = 0; from < keys.length; from += CHUNK) {
        const ids = keys.slice(from, from + CHUNK).map(({ id }) => id);
        const request = { method: 'POST', path: `/${index}/_mget`, body: { ids }, timeoutMs } as const;
        const { body } = await connection.send<{ docs: readonly Found<T>[] }>(request, call);
        values.push(...body.docs.map((found) => toVersioned(found)?.value));
      }
      return values;
    },
    async put(key, { value, version }, call) {
      const [seqNo = '', primaryTerm = ''] = version?.split(':') ?? [];
      const path = pathOf(index, version === undefined ? '_create' : '_doc', key);
      const query = version === undefined ? {} : { if_seq_no: seqNo, if_primary_term: primaryTerm };
      const body = { kind: key.id.split(':')[0], body: value };
      const request = { method: 'PUT', path, query, body, timeoutMs, accept: [409] } as const;
      const { status } = await connection.send(request, call);
      return status !== 409;
    },
    async remove(keys, call) {
      for (let from = 0; from < keys.length; from += CHUNK) {
        const actions = keys.slice(from, from + CHUNK).map(({ id }) => `{"delete":{"_id":${JSON.stringify(id)}}}\n`);
        const bulk = Buffer.from(actions.join(''));
        await connection.send({ method: 'POST', path: `/${index}/_bulk`, bulk, timeoutMs: TIMEOUT_MS.bulk }, call);
      }
    },
  };
}

function toVersioned<T>({ found, _seq_no, _primary_term, _source }: Found<T>): Versioned<T> | undefined {
  return found && _source ? { value: _source.body, version: `${_seq_no}:${_primary_term}` } : undefined;
}

function pathOf(index: string, verb: '_doc' | '_create', { id }: Key<unknown>): string {
  return `/${index}/${verb}/${encodeURIComponent(id)}`;
}
