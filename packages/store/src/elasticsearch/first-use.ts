/** The control index and the empty genesis generation: without a first alias, two first publishers would both win. */
import { type Failure, isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { createPatience, patiently } from '@segment-store/resilience/patience';
import { genesis } from '../generation.ts';
import type { Pointer } from '../publication.ts';
import { HOLD, type Records } from '../records.ts';
import { refusal } from '../refusal.ts';
import type { Aliases } from './aliases.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { catalogueMapping, controlMapping, type Layout, membersMapping } from './layout.ts';

/**
 * Several processes may come first at once: each index is made with its aliases or not at all, and the marker, which
 * says that all is there, comes with the last. Whoever comes second may not see or read them for a moment.
 */
export async function prepareFirstUse(terms: FirstUseTerms, call: Call): Promise<void> {
  const pointer = (await terms.aliases.pointer(call)) ?? (await createAll(terms, call));
  if (pointer.run !== genesis.run) return checkControl(terms, pointer, call);
  await patiently(() => checkReady(terms, pointer, call), createPatience(TIMEOUT_MS.bulk), call);
}

async function createAll({ connection, layout, aliases }: FirstUseTerms, call: Call): Promise<Pointer> {
  const { run } = genesis;
  const settings = { number_of_shards: 1, auto_expand_replicas: '0-1' };
  const control = { name: layout.control, settings, mappings: controlMapping };
  const catalogue = { name: layout.catalogueOf(run), settings, mappings: catalogueMapping };
  await Promise.all([
    createIndex(connection, control, call),
    createIndex(connection, { ...catalogue, aliases: [layout.catalogue] }, call),
  ]);
  const members = { name: layout.membersOf(run), settings, mappings: membersMapping };
  const marker = layout.markerOf({ epoch: 0, floor: 0 });
  await createIndex(connection, { ...members, aliases: [layout.members, marker] }, call);
  return patiently(() => findMarker(aliases, layout, call), createPatience(MARKER_MS), call).catch((error) => {
    throw isMissing(error) ? refusal('UNSUPPORTED', error.message) : error;
  });
}

/** Whoever came second may not see for a moment what the first has made. */
const MARKER_MS = 3_000;
const isMissing = (error: unknown): error is Failure => isFailure(error) && error.code === 'NOT_FOUND';

async function findMarker(aliases: Aliases, layout: Layout, call: Call): Promise<Pointer> {
  const pointer = await aliases.pointer(call);
  if (pointer !== undefined) return pointer;
  throw refusal('NOT_FOUND', noMarker(layout), { retryable: true });
}

export function noMarker(layout: Layout): string {
  const example = `${layout.membersOf(genesis.run)} is there, but no index carries a marker alias ${layout.markers}`;
  const first = layout.markerOf({ epoch: 0, floor: 0 });
  return `${example}: put it back on the members index that was live (${first} on a new store)`;
}

async function checkReady(terms: FirstUseTerms, pointer: Pointer, call: Call): Promise<void> {
  const { connection, layout } = terms;
  await checkControl(terms, pointer, call);
  const names = [layout.control, layout.catalogueOf(genesis.run), layout.membersOf(genesis.run)];
  const query = { wait_for_status: 'yellow', timeout: '5s' };
  const request = { method: 'GET', path: `/_cluster/health/${names.join(',')}`, query } as const;
  await connection.send({ ...request, timeoutMs: TIMEOUT_MS.control }, call);
}

/** By a read: an index that is made or restored may be there and still not answer. */
async function checkControl({ layout, records }: FirstUseTerms, { run }: Pointer, call: Call): Promise<void> {
  try {
    await records.get(HOLD, call);
  } catch (error) {
    if (!isMissing(error)) throw error;
    const way = 'restore it from a snapshot, or delete every index of this prefix and load again';
    throw refusal('UNSUPPORTED', `index ${layout.control} is gone, though run ${run} is live: ${way}`, {
      cause: error,
    });
  }
}

export interface FirstUseTerms {
  readonly connection: Connection;
  readonly layout: Layout;
  readonly aliases: Aliases;
  readonly records: Records;
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
  const body = { settings, mappings, aliases: Object.fromEntries(aliases.map((alias) => [alias, {}])) };
  const request = { method: 'PUT', path: `/${name}`, body, timeoutMs: TIMEOUT_MS.bulk, accept: [400] } as const;
  const { status, body: answer } = await connection.send<{ error?: { type: string; reason?: string } }>(request, call);
  if (status === 400 && answer.error?.type !== 'resource_already_exists_exception') {
    const { type, reason = '' } = answer.error ?? {};
    const message = `${connection.url} refuses to create index ${name}: ${type} ${reason.slice(0, 300)}`;
    throw refusal('UNAVAILABLE', `${message}; make room for it, then run again`);
  }
  return status !== 400;
}
