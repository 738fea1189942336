/** Which shards and copies of some indices are there. */
import type { Call } from '@segment-store/resilience/operation';
import type { Condition } from '../condition.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';

interface IndexHealth {
  readonly number_of_shards: number;
  readonly number_of_replicas: number;
  readonly active_shards: number;
  readonly active_primary_shards: number;
  readonly initializing_shards: number;
}

interface ClusterHealth {
  readonly status: Condition['health'];
  readonly indices: Readonly<Record<string, IndexHealth>>;
}

export async function shardsOf(
  connection: Connection,
  indices: string,
  call: Call,
): Promise<Pick<Condition, 'health' | 'shards'>> {
  const query = { level: 'indices' };
  const request = { method: 'GET', path: `/_cluster/health/${indices}`, query, timeoutMs: TIMEOUT_MS.control } as const;
  const { status, indices: found } = (await connection.send<ClusterHealth>(request, call)).body;
  const sum = (of: (one: IndexHealth) => number) => Object.values(found).reduce((total, one) => total + of(one), 0);
  const wanted = sum((one) => one.number_of_shards * (1 + one.number_of_replicas));
  const active = sum((one) => one.active_shards);
  const starting = sum((one) => one.initializing_shards);
  const lost = sum((one) => one.number_of_shards - one.active_primary_shards);
  return { health: status, shards: { wanted, active, starting, missing: wanted - active - starting, lost } };
}
