import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseCustomerId, parseRunId, parseSegmentId } from '@segment-store/contract/id';
import type { Reader } from '@segment-store/store/store';
import { expect, test } from 'vitest';
import { loadedRun, NEXT_RUN, RUN } from '../fixture/store.ts';
import { createL1 } from './l1.ts';
import type { Query } from './read-path.ts';
import { NO_FILTERS, toFilters } from './select.ts';

const { generation, catalogue } = loadedRun(RUN, {});
const reader: Reader = {
  generation,
  catalogue,
  read: async () => [],
  count: async () => [],
  async *membersOf() {},
  async [Symbol.asyncDispose]() {},
};
const ids = (id: string): Query => ({ view: 'ids', customerId: parseCustomerId(id), filters: NO_FILTERS });
const answer = (size: number, known = true) => ({
  body: 'x'.repeat(size),
  etag: '"abcdefgh"',
  run: generation.run,
  known,
});

function filled(maxBytes: number) {
  const l1 = createL1(maxBytes);
  return { ...l1, ...l1.cacheOf(generation.run, () => ({ reader, formers: new Map() })) };
}

test('bytes are bounded, and the oldest answer goes first', () => {
  const { set, get, size } = filled(100_000);
  for (let id = 0; id < 1_000; id++) {
    set(ids(`c${id}`), answer(600));
    get(ids('c0'));
  }
  expect(size()).toSatisfy(({ bytes, entries }) => bytes <= 100_000 && entries > 90);
  expect([get(ids('c0')), get(ids('c999'))].includes(undefined)).toBe(false);
  expect(get(ids('c1'))).toBeUndefined();
});

test('customers nobody knows take a fifth and push no other out', () => {
  const { set, get, size } = filled(100_000);
  for (let id = 0; id < 70; id++) set(ids(`c${id}`), answer(600));
  for (let id = 0; id < 10_000; id++) set(ids(`nobody-${id}`), answer(100, false));
  expect(size()).toSatisfy(({ unknownBytes }) => unknownBytes > 15_000 && unknownBytes <= 20_000);
  expect(Array.from({ length: 70 }, (_, id) => get(ids(`c${id}`))).includes(undefined)).toBe(false);
  expect(get(ids('nobody-9999'))).toBeDefined();
});

test('a customer who becomes known leaves that fifth, and comes back to it', () => {
  const { set, size } = filled(100_000);
  set(ids('c1'), answer(100, false));
  set(ids('c1'), answer(100, false));
  const { unknownBytes, bytes } = size();
  expect([unknownBytes, unknownBytes > 100]).toEqual([bytes, true]);
  set(ids('c1'), answer(100));
  expect(size().unknownBytes).toBe(0);
  set(ids('c1'), answer(100, false));
  expect(size()).toEqual({ entries: 1, bytes, unknownBytes });
});

test('an answer larger than all there is room for is not kept, known or not', () => {
  const { set, size } = filled(10_000);
  set(ids('c1'), answer(20_000));
  set(ids('c2'), answer(5_000, false));
  expect(size()).toEqual({ entries: 0, bytes: 0, unknownBytes: 0 });
});

test('the questions come back as they were asked, the last one first', () => {
  const { set, get, hottest } = filled(100_000);
  const questions: readonly Query[] = [
    ids('c1'),
    { view: 'full', customerId: parseCustomerId('c1'), filters: NO_FILTERS },
    { view: 'ids', customerId: parseCustomerId('c{"2"}'), filters: toFilters({ store: ['17', '18'], type: ['new'] }) },
    { view: 'membership', customerId: parseCustomerId('c1'), segmentId: parseSegmentId('new:store:17') },
  ];
  for (const query of questions) set(query, answer(10));
  expect([...hottest(parseRunId(NEXT_RUN))]).toEqual([...questions].reverse());
  expect([...hottest(generation.run)]).toEqual([]);
  for (const query of questions) expect(get(query)).toBeDefined();
});

test('who is erased leaves with every answer about him, and makes room', async () => {
  const { set, get, forget, size } = filled(100_000);
  const full: Query = { view: 'full', customerId: parseCustomerId('c1'), filters: NO_FILTERS };
  for (const query of [ids('c1'), full, ids('c10')]) set(query, answer(10));
  set(ids('nobody'), answer(10, false));
  await forget((customerId) => customerId === 'c1' || customerId === 'nobody');
  expect([ids('c1'), full, ids('c10'), ids('nobody')].map((query) => get(query) !== undefined)).toEqual([
    ...[false, false, true, false],
  ]);
  expect(size()).toMatchObject({ entries: 1, unknownBytes: 0 });
});

/** What the heap has grown by, when nothing is left in it that nobody needs. */
async function grownBy(fill: () => unknown): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const used = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  const kept = fill();
  const grown = used() - before;
  expect(kept).toBeDefined(); // until here
  return grown;
}

const shapes: readonly (readonly [string, (index: number) => string, string])[] = [
  ['short ids', (index) => `c${index}`, '{"a":"b"}'],
  ['ids cut out of a URL', (index) => `http://localhost/v1/customers/customer-${index}`.slice(30), 'x'.repeat(400)],
  ['names of other alphabets', (index) => `покупатель-${index}`, 'ю'.repeat(400)],
];
test.each(shapes)('what it counts is what it takes: %s', async (_, idOf, text) => {
  const entries = 20_000;
  let counted = 0;
  const grown = await grownBy(() => {
    const l1 = filled(1e9);
    for (let index = 0; index < entries; index++) {
      const body = `${text}${index}`.slice(0, -1);
      l1.set(ids(idOf(index)), { ...answer(0), body, etag: `"${`${index}`.padStart(43, 'e').slice(0, 22)}"` });
    }
    counted = l1.size().bytes;
    return l1;
  });
  expect(Math.abs(counted / grown - 1), `counted ${counted / entries}, took ${grown / entries}`).toBeLessThan(0.1);
});
