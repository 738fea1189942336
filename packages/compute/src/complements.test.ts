/** Complements: rules in the catalogue, no rows, and sizes that the rows bear out. */
import { expect, test } from 'vitest';
import { calculateCase, definitions, type Outcome, type TestDefinition } from './calculate.fixture.ts';

const ordered = { when: { orderCount: { atLeast: 1, withinDays: 36_500 } } };
const recent = { when: { firstOrder: { withinDays: 30 } } };
const not = (of: string, universe: string, over?: object): TestDefinition => ({
  when: { complement: { of, universe } },
  ...(over && { over }),
});

const lines = [
  { customer: '1', country: 'France', at: '2025-01-01 00:00:00' },
  { customer: '2', country: 'France' },
  { customer: '3', country: 'Spain' },
  { customer: '3', country: 'France', invoice: 'b', at: '2025-01-01 00:00:00' },
  { customer: '4', country: null },
];

test('a complement is a line of the catalogue and in no line of the members', async () => {
  const both = { ordered, 'never-ordered': not('ordered', 'everyone') };
  const without = await calculateCase({ lines, definitions: definitions({ ordered }) });
  const { segments, manifest, ...files } = await calculateCase({ lines, definitions: definitions(both) });
  expect(segments.filter(({ definition }) => definition === 'never-ordered')).toEqual([
    {
      id: 'never-ordered:country:France',
      type: 'test',
      name: 'never-ordered: France',
      attributes: { country: 'France' },
      definition: 'never-ordered',
      definitionVersion: '1',
      asOf: new Date('2026-02-01T00:00:00Z'),
      size: 1,
      complementOf: 'ordered:country:France',
      universe: 'everyone',
    },
    expect.objectContaining({ id: 'never-ordered:country:Spain', size: 3 }),
  ]);
  expect(segments.map(({ id }) => id)).toEqual(segments.map(({ id }) => id).toSorted());
  expect(files.byCustomer).toEqual(without.byCustomer);
  expect(manifest.totals).toEqual({ customers: 4, memberships: 4, segments: 4 });
  expect(manifest.parts).toEqual(without.manifest.parts);
});

test.each([
  ['known', { France: 3, Spain: 3 }],
  ['everyone', { France: 3, Spain: 3 }],
  ['ordered', { France: 2, Spain: 0 }],
  ['recent', { France: 0, Spain: 0 }],
])('what is not recent within %s has a size of known customers', async (universe, sizes) => {
  const { segments } = await calculateCase({
    lines,
    definitions: definitions({ rest: not('recent', universe), recent, ordered }),
  });
  const rest = segments.filter(({ definition }) => definition === 'rest');
  expect(Object.fromEntries(rest.map(({ attributes, size }) => [attributes.country, size]))).toEqual(sizes);
});

test('sizes are what sets of customers say, for many customers', { timeout: 30_000 }, async () => {
  const countries = ['France', 'Spain', 'Malta'];
  const crowd = Array.from({ length: 3_000 }, (_, index) => ({
    customer: String((index * 7919) % 1_000),
    invoice: String(index),
    country: countries[(index * 31) % 7] ?? 'France',
    at: index % 5 === 0 ? '2026-01-15 12:00:00' : '2025-06-01 12:00:00',
  }));
  const rules = { a: not('recent', 'ordered'), b: not('ordered', 'recent'), c: not('recent', 'known') };
  const { segments, members } = await calculateCase({
    lines: crowd,
    definitions: definitions({ recent, ordered, ...rules }),
    parts: 3,
  });
  const who = (id: string) => members.filter(({ segmentIds }) => segmentIds.some((held) => held === id));
  const rule = segments.filter(({ complementOf }) => complementOf !== undefined);
  const counted = rule.map(({ id, complementOf = '', universe = '' }) => {
    const base = new Set(who(complementOf));
    return [id, (universe === 'known' ? members : who(universe)).filter((member) => !base.has(member)).length];
  });
  expect(rule.map(({ id, size }) => [id, size])).toEqual(counted);
  expect(counted).toHaveLength(9);
  expect(counted.filter(([, size]) => size !== 0).length).toBeGreaterThan(4);
});

test('of some values of its definition only, at the midnight of that', async () => {
  const over = { dim: 'country', from: ['Spain'] };
  const { segments } = await calculateCase({
    lines,
    definitions: definitions({ rest: not('ordered', 'known', over), ordered: { ...ordered, timeZone: 'Asia/Tokyo' } }),
  });
  expect(segments.filter(({ definition }) => definition === 'rest')).toMatchObject([
    { id: 'rest:country:Spain', size: 3, asOf: new Date('2026-01-31T15:00:00Z') },
  ]);
});

const absent: readonly [string, Readonly<Record<string, TestDefinition>>, string][] = [
  [
    'its base',
    { ordered: { ...ordered, over: { dim: 'country', from: ['Spain'] } }, rest: not('ordered', 'known') },
    'ordered',
  ],
  [
    'its universe',
    { ordered, recent: { ...recent, over: { dim: 'country', from: ['Spain'] } }, rest: not('ordered', 'recent') },
    'recent',
  ],
];
test.each(absent)('a value that %s lacks is refused', async (_, byKey, key) => {
  const calculated: Promise<Outcome> = calculateCase({ lines, definitions: definitions(byKey) });
  await expect(calculated).rejects.toMatchObject({ exitCode: 2 });
  for (const name of ['definition rest', `no segment ${key}:country:France`, '"France" in "over"']) {
    await expect(calculated).rejects.toThrow(name);
  }
});
