import { expect, test } from 'vitest';
import { type Case, calculateCase, definitions } from './calculate.fixture.ts';
import type { OrderLine } from './order-lines.fixture.ts';

const recent = { when: { firstOrder: { withinDays: 30 } } };
const rare = { when: { orderCount: { atLeast: 99, withinDays: 30 } } };
const byCategory = { over: { dim: 'category', from: 'orders' } };

test('the manifest counts what the parts hold, and says what was left out', async () => {
  const { manifest, calculated } = await calculateCase({
    definitions: definitions({ recent }),
    lines: [
      { customer: '1' },
      { customer: '2' },
      { customer: '3', invoice: 'C100' },
      { customer: null, invoice: 'C101', price: 0 },
      { customer: null, price: 0 },
      { customer: '4', price: 0 },
      { customer: '5', price: -1 },
      { customer: '6', at: 'yesterday' },
      { customer: '6.5' },
      { customer: '7', invoice: null },
      { customer: '8', at: '2026-02-01 00:00:00' },
    ],
  });
  expect(calculated.orders).toEqual({
    lines: 11,
    excluded: { cancelled: 2, 'no-customer': 1, 'no-price': 2, unreadable: 3 },
    later: 1,
    customers: 2,
  });
  expect(manifest).toMatchObject({
    computedAt: new Date('2026-02-01T03:04:05Z'),
    layout: 'by-customer',
    totals: { customers: 2, memberships: 2, segments: 1 },
    rejectedUpstream: 8,
  });
});

test('a customer of no segment has a line, so that it is known', async () => {
  const { byCustomer, segments } = await calculateCase({
    definitions: definitions({ rare }),
    lines: [{ customer: '1' }, { customer: '2', country: null, description: null }],
  });
  expect(byCustomer).toEqual({ 1: [], 2: [] });
  expect(segments).toMatchObject([{ id: 'rare:country:France', size: 0 }]);
});

test('a segment carries the value it is about, its size and its definition', async () => {
  const { segments } = await calculateCase({
    definitions: definitions({ recent }),
    lines: [
      { customer: '1', country: 'United Kingdom' },
      { customer: '2', country: 'United Kingdom' },
    ],
  });
  expect(segments).toEqual([
    {
      id: 'recent:country:United~20Kingdom',
      type: 'test',
      name: 'recent: United Kingdom',
      attributes: { country: 'United Kingdom' },
      definition: 'recent',
      definitionVersion: '1',
      asOf: new Date('2026-02-01T00:00:00Z'),
      size: 2,
    },
  ]);
});

test('an order counts in every category it has a line of, and no description is other', async () => {
  const { byCustomer } = await calculateCase({
    definitions: definitions({ recent: { ...recent, ...byCategory } }),
    lines: [{ description: 'RED MUG' }, { description: 'toy box' }, { description: null }, { description: 'MUGS' }],
  });
  expect(byCustomer).toEqual({ 1: ['recent:category:kitchen', 'recent:category:other', 'recent:category:toys'] });
});

test('a list of values makes these segments and no others', async () => {
  const { byCustomer, segments } = await calculateCase({
    definitions: definitions({ recent: { ...recent, over: { dim: 'country', from: ['Spain', 'Malta'] } } }),
    lines: [
      { customer: '1', country: 'Spain' },
      { customer: '2', country: 'France' },
    ],
  });
  expect(byCustomer).toEqual({ 1: ['recent:country:Spain'], 2: [] });
  expect(segments.map(({ id, size }) => [id, size])).toEqual([
    ['recent:country:Malta', 0],
    ['recent:country:Spain', 1],
  ]);
});

const crowd: readonly OrderLine[] = Array.from({ length: 2500 }, (_, index) => ({
  customer: String(index * 7919),
  invoice: String(index),
  country: `Country ${index % 40}`,
  description: index % 3 === 0 ? 'MUG' : 'TOY',
}));
const many: Case = { definitions: definitions({ recent, rare: { ...rare, ...byCategory } }), lines: crowd };

test('parts are even, sorted, and hold every customer once', { timeout: 30_000 }, async () => {
  const { manifest, members } = await calculateCase({ ...many, parts: 3 });
  expect(manifest.parts.map(({ key, rows }) => [key, rows])).toEqual([
    ['members/part-00000.ndjson.gz', 834],
    ['members/part-00001.ndjson.gz', 834],
    ['members/part-00002.ndjson.gz', 832],
  ]);
  const customers = members.map(({ customerId }) => String(customerId));
  expect(customers).toEqual(crowd.map(({ customer }) => String(customer)).toSorted());
});

test('more parts than customers: no part is empty', async () => {
  const { manifest } = await calculateCase({ definitions: many.definitions, lines: crowd.slice(0, 3), parts: 100 });
  expect(manifest.parts.map(({ rows }) => rows)).toEqual([1, 1, 1]);
});

test('equal inputs give equal bytes, whatever the threads and the order of the lines', {
  timeout: 30_000,
}, async () => {
  const one = await calculateCase({ ...many, parts: 3, threads: 1 });
  const four = await calculateCase({ ...many, lines: crowd.toReversed(), parts: 3, threads: 4 });
  expect(four.manifest.hash).toBe(one.manifest.hash);
});
