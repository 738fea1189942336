import { crc32 } from 'node:zlib';
import { parseCustomerId } from '@segment-store/contract/id';
import { expect, test } from 'vitest';
import { loadedRun, NEXT_RUN, RUN } from '../fixture/store.ts';
import { badValues } from './redis-value.bad-input.cases.ts';
import { createRedisValues } from './redis-value.ts';

const generation = loadedRun(RUN, { c1: ['b', 'a'], other: ['c'] });
const values = createRedisValues(generation);
const customerId = parseCustomerId('c1');
const address = { key: 'segments:run:c1', customerId };
const member = { customerId, segmentIds: [...(generation.members.get(customerId)?.segmentIds ?? [])] };

const kept = (): Buffer => {
  const bytes = values.encode(member, address.key);
  if (bytes === undefined) throw new Error('not kept');
  return bytes;
};

/** A body that nobody wrote, its checksum right. */
function forged(...body: number[]): Buffer {
  const bytes = Buffer.concat([kept().subarray(0, 13), Buffer.of(...body)]);
  bytes.writeUInt32LE(crc32(Buffer.of(...body), crc32(address.key)), 9);
  return bytes;
}

test.each([
  ['a member, its segments in their order', member],
  ['a member of nothing', { customerId, segmentIds: [] }],
  ['nobody', undefined],
])('what is kept comes back: %s', (_, told) => {
  const bytes = values.encode(told, address.key);
  expect(values.decode(bytes, address)).toEqual({ customerId, member: told });
});

test('a segment of a hundred thousand takes three bytes at most', () => {
  const ids = Array.from({ length: 100_000 }, (_, index) => `recurrent:store:${index}`);
  const large = loadedRun(RUN, { everybody: ids });
  const segmentIds = [...large.catalogue.keys()].filter((_, index) => index % 5_000 === 0);
  const of = createRedisValues(large);
  const bytes = of.encode({ customerId, segmentIds }, address.key);
  expect(bytes?.length).toBeLessThanOrEqual(13 + 1 + 20 * 3);
  expect(of.decode(bytes, address)?.member?.segmentIds).toEqual(segmentIds);
});

test.each(badValues)('$title is nothing', ({ spoil }) => {
  expect(values.decode(kept(), address)).toBeDefined();
  expect(values.decode(spoil(kept()), address)).toBeUndefined();
});

test.each([
  ['fewer segments than it says', [3, 0]],
  ['more segments than it says', [2, 0, 1]],
  ['a place the catalogue has not', [2, 3]],
  ['a number that does not end', [3, 0, 0x81]],
  ['nobody, who is in segments', [0, 1]],
])('a body of %s is nothing, whatever its checksum says', (_, body) => {
  expect(values.decode(forged(2, 1), address)).toMatchObject({ member: { segmentIds: ['b'] } });
  expect(values.decode(forged(...body), address)).toBeUndefined();
});

test('a value is no value under the key of somebody else, nor in another generation', () => {
  expect(values.decode(kept(), { ...address, key: 'segments:run:c2' })).toBeUndefined();
  expect(createRedisValues({ ...generation, ...loadedRun(NEXT_RUN, {}) }).decode(kept(), address)).toBeUndefined();
  const anew = { ...generation.generation, manifestHash: 'cd'.repeat(32) };
  expect(createRedisValues({ ...generation, generation: anew }).decode(kept(), address)).toBeUndefined();
});

test('what cannot be kept exactly, or would hold up everybody else, is not kept', () => {
  const strange = [...loadedRun(RUN, { c1: ['not-in-the-catalogue'] }).members.values()][0];
  expect(values.encode(strange, address.key)).toBeUndefined();
  const many = loadedRun(RUN, { c1: Array.from({ length: 40_000 }, (_, index) => `s:${index}`) });
  expect(createRedisValues(many).encode([...many.members.values()][0], address.key)).toBeUndefined();
});
