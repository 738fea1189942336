import { parseCustomerId, parseSegmentId } from '@segment-store/contract/id';
import { expect, test } from 'vitest';
import { segmentsText, Turned, truthOf } from './turned.ts';

const member = (customer: string, ...segments: readonly string[]) => ({
  customerId: parseCustomerId(customer),
  segmentIds: segments.map(parseSegmentId),
});
const MEMBERS = [
  member('c1', 's:2', 's:1'),
  member('c2', 's:1', 's:2'),
  member('c3', 's:3'),
  member('c4'),
  member('c5', 's:3', 's:4'),
];
const sizes = (turn: number) => {
  const counts = new Map<string, number>();
  for (const { segmentIds } of new Turned(MEMBERS).members(turn)) {
    for (const id of segmentIds) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].toSorted();
};

test('turn 0 is what was calculated', () => {
  const turned = new Turned(MEMBERS).members(0).toSorted((one, other) => (one.customerId > other.customerId ? 1 : -1));
  expect(turned).toEqual(MEMBERS);
});

test('by a turn everybody is in other segments, and every segment is as large as before', () => {
  const truth = truthOf(new Turned(MEMBERS), [
    { what: 'made', run: 'first', turn: 0, at: 0 },
    { what: 'made', run: 'second', turn: 1, at: 1 },
  ]);
  const [first, second] = [truth.of('first'), truth.of('second')];
  for (const { customerId, segmentIds } of MEMBERS) {
    expect(first?.get(customerId)).toBe(segmentsText(segmentIds));
    expect(second?.get(customerId)).not.toBe(first?.get(customerId));
  }
  expect(sizes(1)).toEqual(sizes(0));
  expect(sizes(7)).toEqual(sizes(0));
});

test('nothing is known of a run that nobody made', () => {
  expect(truthOf(new Turned(MEMBERS), []).of('third')).toBeUndefined();
});
