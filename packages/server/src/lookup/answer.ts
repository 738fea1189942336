/** Bodies of the customer endpoints: facts of one generation, encoded once. */
import { createHash } from 'node:crypto';
import type { components } from '@segment-store/contract/api.generated';
import type { Member, Segment } from '@segment-store/contract/lines';
import type { Reader } from '@segment-store/store/store';
import type { Encoded, Query } from './read-path.ts';
import { matches, NO_FILTERS } from './select.ts';

type Schemas = components['schemas'];
type SegmentsQuery = Exclude<Query, { view: 'membership' }>;
type MembershipQuery = Extract<Query, { view: 'membership' }>;

const utf8 = new TextEncoder();

export function encode(member: Member | undefined, query: Query, from: Reader): Encoded {
  const body = query.view === 'membership' ? membership(member, query, from) : segments(member, query, from);
  const bytes = utf8.encode(JSON.stringify(body));
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { bytes, etag, run: from.generation.run, known: member !== undefined };
}

function segments(member: Member | undefined, query: SegmentsQuery, from: Reader): Schemas['CustomerSegments'] {
  const { generation, catalogue } = from;
  const found = query.filters === NO_FILTERS && query.view === 'ids' ? undefined : selected(member, query, catalogue);
  return {
    customerId: query.customerId,
    known: member !== undefined,
    generation: generation.run,
    computedAt: generation.computedAt.toISOString(),
    complete: true,
    segmentIds: found?.map(({ id }) => id) ?? member?.segmentIds ?? [],
    ...(query.view === 'full' && found && { segments: found.map(summary) }),
  };
}

function selected(member: Member | undefined, { filters }: SegmentsQuery, catalogue: Reader['catalogue']): Segment[] {
  return (member?.segmentIds ?? []).flatMap((id) => {
    const segment = catalogue.get(id);
    return segment !== undefined && matches(segment, filters) ? [segment] : [];
  });
}

function membership(member: Member | undefined, query: MembershipQuery, from: Reader): Schemas['Membership'] {
  return {
    customerId: query.customerId,
    segmentId: query.segmentId,
    member: member?.segmentIds.includes(query.segmentId) ?? false,
    known: member !== undefined,
    generation: from.generation.run,
    computedAt: from.generation.computedAt.toISOString(),
  };
}

export function summary({ id, type, name, attributes }: Segment): Schemas['SegmentSummary'] {
  return { id, type, name, attributes };
}
