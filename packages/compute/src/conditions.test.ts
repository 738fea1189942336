/** Truth table of the leaves: as of 2026-02-01 in UTC, the last 30 days are [2026-01-02, 2026-02-01). */
import { beforeAll, expect, test } from 'vitest';
import { calculateCase, definitions, type Outcome } from './calculate.fixture.ts';
import type { OrderLine } from './order-lines.fixture.ts';

interface Fact {
  readonly title: string;
  readonly lines: readonly OrderLine[];
  readonly in: readonly string[];
}

const order = (at: string, line: OrderLine = {}): OrderLine => ({ invoice: at, at, ...line });

const facts: readonly Fact[] = [
  { title: 'one order inside', lines: [order('2026-01-15 12:00:00')], in: ['new'] },
  {
    title: 'two orders inside',
    lines: [order('2026-01-15 12:00:00'), order('2026-01-16 12:00:00')],
    in: ['new', 'recurrent'],
  },
  {
    title: 'two orders of one instant',
    lines: [order('2026-01-15 12:00:00'), order('2026-01-15 12:00:00', { invoice: 'b' })],
    in: ['new', 'recurrent'],
  },
  { title: 'two lines of one order', lines: [order('2026-01-15 12:00:00'), order('2026-01-15 12:00:00')], in: ['new'] },
  { title: 'the first instant', lines: [order('2026-01-02 00:00:00')], in: ['new'] },
  { title: 'one millisecond before it', lines: [order('2026-01-01 23:59:59.999')], in: ['inactive'] },
  { title: 'the last millisecond', lines: [order('2026-01-31 23:59:59.999')], in: ['new'] },
  {
    title: 'both edges',
    lines: [order('2026-01-02 00:00:00'), order('2026-01-31 23:59:59.999')],
    in: ['new', 'recurrent'],
  },
  { title: 'one before, one inside', lines: [order('2026-01-01 23:59:59.999'), order('2026-01-15 12:00:00')], in: [] },
  {
    title: 'one before, two inside',
    lines: [order('2025-06-01 12:00:00'), order('2026-01-15 12:00:00'), order('2026-01-16 12:00:00')],
    in: ['recurrent'],
  },
  { title: 'two orders before', lines: [order('2025-06-01 12:00:00'), order('2025-07-01 12:00:00')], in: ['inactive'] },
  {
    title: 'before, and inside but cancelled',
    lines: [order('2025-06-01 12:00:00'), order('2026-01-15 12:00:00', { invoice: 'C1' })],
    in: ['inactive'],
  },
  {
    title: 'before, and inside for nothing',
    lines: [order('2025-06-01 12:00:00'), order('2026-01-15 12:00:00', { price: 0 })],
    in: ['inactive'],
  },
  {
    title: 'before, and on the as-of day',
    lines: [order('2025-06-01 12:00:00'), order('2026-02-01 00:00:00')],
    in: ['inactive'],
  },
  {
    title: 'an order over the edge counts at its first line',
    lines: [order('2026-01-01 23:59:59.999', { invoice: 'a' }), order('2026-01-02 00:00:00', { invoice: 'a' })],
    in: ['inactive'],
  },
  {
    title: 'inside in one country, before in another',
    lines: [order('2025-06-01 12:00:00', { country: 'Spain' }), order('2026-01-15 12:00:00')],
    in: ['new', 'inactive:Spain'],
  },
  { title: 'no country', lines: [order('2026-01-15 12:00:00', { country: null })], in: [] },
  { title: 'an empty country', lines: [order('2026-01-15 12:00:00', { country: '' })], in: [] },
];

let outcome: Outcome;
beforeAll(async () => {
  outcome = await calculateCase({
    lines: facts.flatMap(({ lines }, index) => lines.map((line) => ({ ...line, customer: String(index + 1) }))),
    definitions: definitions({
      recurrent: { when: { orderCount: { atLeast: 2, withinDays: 30 } } },
      inactive: { when: { lastOrder: { olderThanDays: 30 } } },
      new: { when: { firstOrder: { withinDays: 30 } } },
    }),
  });
});

test.each(facts.map((fact, index) => ({ ...fact, customer: String(index + 1) })))(
  '$title',
  ({ customer, in: expected }) => {
    const ids = expected.map((name) => {
      const [key, country = 'France'] = name.split(':');
      return `${key}:country:${country}`;
    });
    expect(outcome.byCustomer[customer]).toEqual(ids.toSorted());
  },
);

test('every definition cuts at the midnights of its own zone', async () => {
  const when = { firstOrder: { withinDays: 1 } };
  const { byCustomer, segments } = await calculateCase({
    asOf: '2026-03-30',
    lines: [
      { customer: '1', at: '2026-03-28 23:59:59' },
      { customer: '2', at: '2026-03-29 00:00:00' },
      { customer: '3', at: '2026-03-29 22:59:59' },
      { customer: '4', at: '2026-03-29 23:00:00' },
      { customer: '5', at: '2026-03-30 00:00:00' },
    ],
    definitions: definitions({ utc: { when }, london: { when, timeZone: 'Europe/London' } }),
  });
  const [both, utc] = [['london:country:France', 'utc:country:France'], ['utc:country:France']];
  expect(byCustomer).toEqual({ 1: [], 2: both, 3: both, 4: utc });
  expect(segments.map(({ asOf }) => asOf.toISOString())).toEqual([
    '2026-03-29T23:00:00.000Z',
    '2026-03-30T00:00:00.000Z',
  ]);
});
