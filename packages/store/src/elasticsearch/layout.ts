/** Names, settings and mappings of what a deployment keeps in Elasticsearch. */
import { isRunId, type RunId } from '@segment-store/contract/id';
import type { Pointer } from '../publication.ts';
import type { GenerationRecord } from '../records.ts';
import type { Verdict } from '../store.ts';

export interface Layout {
  /** Aliases of the live generation: for people and tools; our reads name the index. */
  readonly members: string;
  readonly catalogue: string;
  readonly control: string;
  readonly erasures: string;
  /** Every marker alias, as a pattern. */
  readonly markers: string;
  readonly everyMembers: string;
  membersOf(run: RunId): string;
  catalogueOf(run: RunId): string;
  /** Writes go through these two aliases, so that removing them ends every write. */
  buildOf(run: RunId): string;
  catalogueBuildOf(run: RunId): string;
  /** Carries epoch and floor; the live generation has exactly one. */
  markerOf(pointer: Pick<Pointer, 'epoch' | 'floor'>): string;
  readMarker(alias: string): Pick<Pointer, 'epoch' | 'floor'> | undefined;
  readMembers(index: string): RunId | undefined;
}

export function layoutOf(prefix: string): Layout {
  const members = `${prefix}-members`;
  const catalogue = `${prefix}-catalogue`;
  const marker = new RegExp(`^${prefix}-epoch-(\\d{6,15})-floor-(\\d{6,15})$`);
  return {
    members,
    catalogue,
    control: `${prefix}-control`,
    erasures: `${prefix}-erasures`,
    markers: `${prefix}-epoch-*`,
    everyMembers: `${members}-*`,
    membersOf: (run) => `${members}-${run}`,
    catalogueOf: (run) => `${catalogue}-${run}`,
    buildOf: (run) => `${prefix}-build-${run}`,
    // Neither a prefix nor a run id has a dot: no other deployment's and no other run's name is the same.
    catalogueBuildOf: (run) => `${prefix}-build-${run}.catalogue`,
    markerOf: ({ epoch, floor }) => `${prefix}-epoch-${sixDigits(epoch)}-floor-${sixDigits(floor)}`,
    readMarker(alias) {
      const [, epoch, floor] = marker.exec(alias) ?? [];
      return epoch === undefined ? undefined : { epoch: Number(epoch), floor: Number(floor) };
    },
    readMembers(index) {
      const run = index.slice(members.length + 1);
      return index.startsWith(`${members}-`) && isRunId(run) ? run : undefined;
    },
  };
}

const sixDigits = (value: number): string => String(value).padStart(6, '0');

/** A member is read by id; its segments are indexed for people: Kibana, exports, counts. */
export const membersMapping = {
  dynamic: 'strict',
  properties: {
    customer_id: { type: 'keyword', index: false, doc_values: false },
    segment_ids: { type: 'keyword', doc_values: false },
  },
} as const;

/** Only `id` is queried, to read the catalogue in pages; the rest, whose length has no limit, is kept as it came. */
export const catalogueMapping = {
  dynamic: false,
  properties: { id: { type: 'keyword' } },
} as const;

export const controlMapping = {
  dynamic: 'strict',
  properties: { kind: { type: 'keyword' }, body: { type: 'object', enabled: false } },
} as const;

export const erasuresMapping = {
  dynamic: 'strict',
  properties: { hash: { type: 'keyword' }, at: { type: 'date' } },
} as const;

export interface Copies {
  /** Undefined: one wherever there is a second node, followed as nodes come and go. */
  readonly replicas: number | undefined;
  readonly replicasFromStart: boolean;
}

function copiesOf({ replicas }: Copies): object {
  if (replicas === undefined) return { auto_expand_replicas: '0-1' };
  return { auto_expand_replicas: false, number_of_replicas: replicas };
}

/**
 * While a build writes: nothing searches, and copies are made once it is complete unless they are wanted from the start.
 * Every bulk is on the disk before it is answered: what is acknowledged then survives a crash of Elasticsearch, and a
 * translog that is synced every 5 s instead took 1.14 (bulks of 1 MB) and 0.84 (0.1 MB) of the time, within the noise.
 */
export function buildSettings(copies: Copies): object {
  const made = copies.replicasFromStart ? copiesOf(copies) : { number_of_replicas: 0 };
  return { refresh_interval: '-1', 'translog.durability': 'request', ...made };
}

export const sealedSettings = (copies: Copies): object => ({ refresh_interval: null, ...copiesOf(copies) });

/** Who loaded a generation; the version of this package. */
const TOOL = { name: 'segment-store', version: '0.1.0' } as const;

/** What the members index says about itself, wherever it is restored to. Replaced whole, so written once. */
export function generationMeta(record: GenerationRecord, verdicts: readonly Verdict[]): object {
  return {
    schema: 'segment-store/generation/1',
    run: record.run,
    manifest_hash: record.manifestHash,
    computed_at: record.computedAt,
    ...(record.expectedEvery !== undefined && { expected_every: record.expectedEvery }),
    tool: TOOL,
    segments: record.segments,
    members: record.members,
    memberships: record.memberships,
    outcomes: record.outcomes,
    ...(record.erasedAtSeal !== undefined && { erased_at_seal: record.erasedAtSeal.length }),
    gates: verdicts.map(gateMeta),
  };
}

function gateMeta({ gate, figure, limit, passed, overriddenBy }: Verdict): object {
  if (overriddenBy !== undefined) return { gate, figure, limit, verdict: 'overridden', overridden_by: overriddenBy };
  return { gate, figure, limit, verdict: passed ? 'passed' : 'failed' };
}
