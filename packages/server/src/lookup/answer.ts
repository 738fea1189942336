/** Bodies of the customer endpoints: facts of one generation, encoded once. */
import { hash } from 'node:crypto';
import type { components } from '@segment-store/contract/api.generated';
import type { SegmentId } from '@segment-store/contract/id';
import type { Member, Segment } from '@segment-store/contract/lines';
import type { Reader } from '@segment-store/store/store';
import { areFew, type ComplementSegment, complementsOf, heldOf, isComplement, isMember } from './complements.ts';
import type { Encoded, Query } from './read-path.ts';
import { matches, NO_FILTERS, wantsComplements } from './select.ts';

type Schemas = components['schemas'];
type SegmentsQuery = Exclude<Query, { view: 'membership' }>;
type MembershipQuery = Extract<Query, { view: 'membership' }>;

export function encode(member: Member | undefined, query: Query, from: Reader): Encoded {
  const facts = query.view === 'membership' ? membership(member, query, from) : segments(member, query, from);
  const body = JSON.stringify(facts);
  const etag = `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
  return { body, etag, run: from.generation.run, known: member !== undefined };
}

function segments(member: Member | undefined, query: SegmentsQuery, from: Reader): Schemas['CustomerSegments'] {
  const { generation, catalogue } = from;
  const complements = complementsOf(catalogue).fitting(query.filters);
  const isPlain = query.view === 'ids' && query.filters === NO_FILTERS && query.include === undefined;
  const found = isPlain ? undefined : selected(member, query, { catalogue, complements });
  return {
    customerId: query.customerId,
    known: member !== undefined,
    generation: generation.run,
    computedAt: generation.computedAt.toISOString(),
    complete: complements.length === 0 || hasComplements(query, complements),
    segmentIds: found?.map(({ id }) => id) ?? member?.segmentIds ?? [],
    ...(query.view === 'full' && found && { segments: found.map(summary) }),
  };
}

interface Candidates {
  readonly catalogue: Reader['catalogue'];
  /** Those that fit. */
  readonly complements: readonly ComplementSegment[];
}

function selected(member: Member | undefined, query: SegmentsQuery, { catalogue, complements }: Candidates): Segment[] {
  const rows = (member?.segmentIds ?? []).flatMap((id) => {
    const segment = catalogue.get(id);
    return segment !== undefined && matches(segment, query.filters) ? [segment] : [];
  });
  return hasComplements(query, complements) ? [...rows, ...heldOf(complements, member)] : rows;
}

/** Too many are refused before; here they are only when a roll back overtook the question, or a warm-up asks. */
const hasComplements = (query: SegmentsQuery, complements: readonly ComplementSegment[]): boolean =>
  wantsComplements(query) && areFew(complements);

function membership(member: Member | undefined, query: MembershipQuery, from: Reader): Schemas['Membership'] {
  const segment = from.catalogue.get(query.segmentId);
  return {
    customerId: query.customerId,
    segmentId: query.segmentId,
    member: segment && isComplement(segment) ? isMember(segment, member) : hasRow(member, query.segmentId),
    known: member !== undefined,
    generation: from.generation.run,
    computedAt: from.generation.computedAt.toISOString(),
  };
}

const hasRow = (member: Member | undefined, id: SegmentId): boolean => member?.segmentIds.includes(id) ?? false;

export function summary({ id, type, name, attributes }: Segment): Schemas['SegmentSummary'] {
  return { id, type, name, attributes };
}
