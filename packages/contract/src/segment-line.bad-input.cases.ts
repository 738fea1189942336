/** Catalogue lines: what is read, what is refused, for which reason, and what the message must name. */
import type { BadLine } from './member-line.bad-input.cases.ts';

const SEGMENT = {
  id: 'new-customers:store:17',
  type: 'new',
  name: 'New at 17',
  attributes: { store: '17' },
  as_of: '2026-01-31T00:00:00Z',
  size: 3,
};

/** A catalogue line with some keys changed; undefined takes a key away. */
export function segmentLine(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...SEGMENT, ...changes });
}

export const goodSegmentLines: Readonly<Record<string, string>> = {
  'what it must have': segmentLine(),
  'no attributes': segmentLine({ attributes: {} }),
  'an attribute named as an object member': segmentLine({
    attributes: JSON.parse('{"__proto__":"x","constructor":"y"}'),
  }),
  'definition and version': segmentLine({ definition: 'new-customers', definition_version: '3' }),
  'nobody in it': segmentLine({ size: 0 }),
  'an instant of another zone, in microseconds': segmentLine({ as_of: '2026-01-31T01:00:00.000000+01:00' }),
  'a leap day': segmentLine({ as_of: '2028-02-29T00:00:00Z' }),
  'a complement within everyone': segmentLine({ complement_of: 'b', universe: 'everyone' }),
  'a complement within the known': segmentLine({ complement_of: 'b', universe: 'known' }),
  'a complement within a segment': segmentLine({ complement_of: 'b', universe: 'u:1' }),
  'keys of others': segmentLine({ owner: null }),
};

export const badSegmentLines: readonly BadLine[] = [
  { title: 'no JSON', line: 'id,type', reason: 'malformed', names: 'catalogue line is not JSON' },
  { title: 'a list', line: '[]', reason: 'malformed', names: 'expected an object' },
  { title: 'no id', line: segmentLine({ id: undefined }), reason: 'malformed', names: 'id is missing' },
  { title: 'a bad id', line: segmentLine({ id: 'a b' }), reason: 'bad-id', names: '"a b"' },
  { title: 'a numeric type', line: segmentLine({ type: 1 }), reason: 'malformed', names: 'type is 1' },
  { title: 'an empty type', line: segmentLine({ type: '' }), reason: 'malformed', names: 'type is ""' },
  { title: 'no name', line: segmentLine({ name: undefined }), reason: 'malformed', names: 'name is missing' },
  {
    title: 'half a surrogate pair in the name',
    line: segmentLine({ name: '\ud800' }),
    reason: 'malformed',
    names: 'name is "\\ud800"',
  },
  {
    title: 'no attributes',
    line: segmentLine({ attributes: undefined }),
    reason: 'malformed',
    names: 'attributes is missing',
  },
  {
    title: 'a list of attributes',
    line: segmentLine({ attributes: ['store'] }),
    reason: 'malformed',
    names: 'attributes is ["store"]',
  },
  {
    title: 'a numeric attribute',
    line: segmentLine({ attributes: { store: 17 } }),
    reason: 'malformed',
    names: 'attributes.store is 17',
  },
  {
    title: 'an attribute twice',
    line: segmentLine().replace('"store":"17"', '"store":"17","store":"18"'),
    reason: 'malformed',
    names: '"store"',
  },
  { title: 'no as_of', line: segmentLine({ as_of: undefined }), reason: 'malformed', names: 'as_of is missing' },
  {
    title: 'a date only',
    line: segmentLine({ as_of: '2026-01-31' }),
    reason: 'malformed',
    names: 'as_of is "2026-01-31"',
  },
  { title: 'no zone', line: segmentLine({ as_of: '2026-01-31T00:00:00' }), reason: 'malformed', names: 'as_of' },
  {
    title: 'a day the month has not',
    line: segmentLine({ as_of: '2026-02-30T00:00:00Z' }),
    reason: 'malformed',
    names: '2026-02-30',
  },
  { title: 'no size', line: segmentLine({ size: undefined }), reason: 'malformed', names: 'size is missing' },
  {
    title: 'a negative size',
    line: segmentLine({ size: -1 }),
    reason: 'malformed',
    names: 'size is -1, expected a whole number ≥ 0',
  },
  { title: 'half a customer', line: segmentLine({ size: 0.5 }), reason: 'malformed', names: 'size is 0.5' },
  { title: 'a size in text', line: segmentLine({ size: '3' }), reason: 'malformed', names: 'size is "3"' },
  {
    title: 'a null definition',
    line: segmentLine({ definition: null }),
    reason: 'malformed',
    names: 'definition is null',
  },
  {
    title: 'a numeric version',
    line: segmentLine({ definition_version: 3 }),
    reason: 'malformed',
    names: 'definition_version is 3',
  },
  {
    title: 'a complement without universe',
    line: segmentLine({ complement_of: 'b' }),
    reason: 'malformed',
    names: 'universe is missing',
  },
  {
    title: 'a universe without complement',
    line: segmentLine({ universe: 'known' }),
    reason: 'malformed',
    names: 'complement_of is missing',
  },
  {
    title: 'a universe that is none',
    line: segmentLine({ complement_of: 'b', universe: 'a b' }),
    reason: 'malformed',
    names: 'universe is "a b"',
  },
  {
    title: 'a complement of itself',
    line: segmentLine({ complement_of: SEGMENT.id, universe: 'known' }),
    reason: 'malformed',
    names: 'complement_of',
  },
  {
    title: 'a complement within itself',
    line: segmentLine({ complement_of: 'b', universe: SEGMENT.id }),
    reason: 'malformed',
    names: 'universe is "new-customers:store:17"',
  },
  {
    title: 'a complement of a bad id',
    line: segmentLine({ complement_of: 'a b', universe: 'known' }),
    reason: 'bad-id',
    names: '"a b"',
  },
];
