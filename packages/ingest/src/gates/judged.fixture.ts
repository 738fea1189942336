/** Generations as gates see them, made of a few members. */
import {
  type CustomerId,
  parseCustomerId,
  parseRunId,
  parseSegmentId,
  type RunId,
  runTime,
} from '@segment-store/contract/id';
import type { Member } from '@segment-store/contract/lines';
import { nothing } from '@segment-store/store/outcomes';
import { GENESIS, type Generation } from '@segment-store/store/store';
import type { Judged, Opened } from './gate.ts';

export type Members = Readonly<Record<string, readonly string[]>>;

const computedAt = new Date('2026-01-31T04:00:00Z');

function opened(run: RunId, members: Members, figures: Partial<Counted> = {}): Opened {
  const stored = new Map(
    Object.entries(members).map(([id, segments]) => [parseCustomerId(id), toMember(id, segments)]),
  );
  const sizes = sizesOf(members);
  const counted = {
    members: stored.size,
    memberships: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    segments: sizes.size,
    ...figures,
  };
  const generation: Generation = { run, computedAt, manifestHash: '', state: 'sealed', ...counted };
  const catalogue = [...sizes].map(([id, size]) => segmentOf(id, size));
  return {
    generation,
    reader: {
      generation,
      catalogue: new Map(catalogue.map((segment) => [segment.id, segment])),
      read: async (ids) => ids.map((id: CustomerId) => ({ status: 'fulfilled', value: stored.get(id) })),
      count: async (ids) => ids.map((id) => sizes.get(id) ?? 0),
      async *membersOf() {},
      async [Symbol.asyncDispose]() {},
    },
  };
}

type Counted = Pick<Generation, 'members' | 'memberships' | 'segments'>;

/** Counted and found to be as it says it is. */
export function judged(sealed: Opened, live: Opened, changes: Partial<Judged> = {}): Judged {
  const { members, segments } = sealed.generation;
  const sizes = new Map([...sealed.reader.catalogue.values()].map(({ id, size }) => [id, size]));
  const shards = { wanted: 2, active: 1, starting: 1, missing: 0, lost: 0 };
  const condition = { changes: [], health: 'yellow', shards, counted: { members, segments } } as const;
  const outcomes = { total: nothing, parts: [] };
  return { sealed, live, outcomes, sizes: async () => sizes, condition: async () => condition, ...changes };
}

export const genesis: Opened = opened(GENESIS, {});
export const before = (members: Members): Opened => opened(parseRunId('20260130t040000z'), members);
export const now = (members: Members, figures?: Partial<Counted>): Opened =>
  opened(parseRunId('20260131t040000z'), members, figures);

/** `count` customers, all in these segments. */
export const crowd = (count: number, ...segments: readonly string[]): Members =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, segments]));

function sizesOf(members: Members): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const id of Object.values(members).flat()) sizes.set(id, (sizes.get(id) ?? 0) + 1);
  return sizes;
}

const toMember = (id: string, segments: readonly string[]): Member => ({
  customerId: parseCustomerId(id),
  segmentIds: segments.map(parseSegmentId),
});

function segmentOf(id: string, size: number) {
  return { id: parseSegmentId(id), type: 'test', name: id, attributes: {}, asOf: runTime(GENESIS_TIME), size };
}

const GENESIS_TIME = parseRunId('20260131t040000z');
