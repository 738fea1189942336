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

/** While a build writes: nothing searches, and a copy is made once it is complete. */
export const buildSettings = { refresh_interval: '-1', number_of_replicas: 0 } as const;
/** From the seal on: a copy wherever there is a second node. */
export const sealedSettings = { refresh_interval: null, auto_expand_replicas: '0-1' } as const;

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
    gates: verdicts.map(gateMeta),
  };
}

function gateMeta({ gate, figure, limit, passed, overriddenBy }: Verdict): object {
  if (overriddenBy !== undefined) return { gate, figure, limit, verdict: 'overridden', overridden_by: overriddenBy };
  return { gate, figure, limit, verdict: passed ? 'passed' : 'failed' };
}
