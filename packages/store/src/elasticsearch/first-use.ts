/** The control index and the empty genesis generation: without a first alias, two first publishers would both win. */
import type { Call } from '@segment-store/resilience/operation';
import { genesis } from '../generation.ts';
import { refusal } from '../refusal.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { catalogueMapping, controlMapping, type Layout, membersMapping } from './layout.ts';

/** Creates what is missing. Several processes may come first at once: each index is made with its aliases or not at all. */
export async function prepareFirstUse(connection: Connection, layout: Layout, call: Call): Promise<void> {
  const { run } = genesis;
  const live = { run, epoch: 0, floor: 0 };
  const settings = { number_of_shards: 1, auto_expand_replicas: '0-1' };
  await createIndex(connection, { name: layout.control, settings, mappings: controlMapping }, call);
  const catalogue = { name: layout.catalogueOf(run), settings, mappings: catalogueMapping };
  await createIndex(connection, { ...catalogue, aliases: [layout.catalogue] }, call);
  const members = { name: layout.membersOf(run), settings, mappings: membersMapping };
  await createIndex(connection, { ...members, aliases: [layout.members, layout.markerOf(live)] }, call);
}

export interface NewIndex {
  readonly name: string;
  readonly settings: object;
  readonly mappings: object;
  readonly aliases?: readonly string[];
}

/** False when it exists already. */
export async function createIndex(connection: Connection, index: NewIndex, call: Call): Promise<boolean> {
  const { name, settings, mappings, aliases = [] } = index;
  const exists = { method: 'HEAD', path: `/${name}`, timeoutMs: TIMEOUT_MS.control, accept: [404] } as const;
  if ((await connection.send(exists, call)).status === 200) return false;
  const body = { settings, mappings, aliases: Object.fromEntries(aliases.map((alias) => [alias, {}])) };
  const request = { method: 'PUT', path: `/${name}`, body, timeoutMs: TIMEOUT_MS.bulk, accept: [400] } as const;
  const { status, body: answer } = await connection.send<{ error?: { type: string } }>(request, call);
  if (status === 400 && answer.error?.type !== 'resource_already_exists_exception') {
    throw refusal('CONFLICT', `index ${name} cannot be created: ${answer.error?.type}`);
  }
  return status !== 400;
}
