import { expect, test } from 'vitest';
import { segment } from '../fixture/store.ts';
import { NO_FILTERS, toFilters } from '../lookup/select.ts';
import { ORDERS, type Place, type Search, searched } from './search.ts';

const CITIES = ['Paris', 'Lyon', 'Québec'];
const all = Array.from({ length: 500 }, (_, index) => {
  // Neither in the order of ids nor of sizes; many are of one size.
  const at = (index * 7919) % 500;
  return {
    ...segment(`s:${at}`, { city: CITIES[at % 3] ?? '' }),
    name: `Shop of ${CITIES[at % 3]} (${at})`,
    size: at % 11,
  };
});
const catalogue = new Map(all.map((one) => [one.id, one]));
const plain: Search = { text: '', filters: NO_FILTERS, order: 'id', after: undefined, limit: 40 };

async function everyPage(search: Search): Promise<string[]> {
  const ids: string[] = [];
  let after: Place | undefined;
  for (;;) {
    const found = await searched({ catalogue }, { ...search, after });
    ids.push(...found.segments.map(({ id }) => id));
    after = found.segments.at(-1);
    if (!found.hasMore) return ids;
    expect(found.segments).toHaveLength(search.limit);
  }
}

test.each(ORDERS)('pages by %s hold every segment once, in that order', async (order) => {
  const sorted = [...all].sort((a, b) =>
    order === 'size' && a.size !== b.size ? b.size - a.size : a.id < b.id ? -1 : 1,
  );
  for (const limit of [1, 7, 40, 499, 500, 501]) {
    expect(await everyPage({ ...plain, order, limit })).toEqual(sorted.map(({ id }) => id));
  }
});

test.each([
  ['QUÉBEC', 166],
  ['(12)', 1],
  ['s:49', 11],
  ['.*', 0],
  ['', 500],
])('the text %j is found in names and ids, whatever its case', async (text, total) => {
  expect((await searched({ catalogue }, { ...plain, text })).total).toBe(total);
});

test('text and filters narrow together, and the total is that of all pages', async () => {
  const filters = toFilters({ city: ['Lyon', 'Paris'] });
  const { total, hasMore, segments } = await searched({ catalogue }, { ...plain, text: 'shop', filters, limit: 3 });
  expect([total, hasMore, segments.length]).toEqual([334, true, 3]);
});

test('a lookup comes in between while a hundred thousand are searched', async () => {
  const many = Array.from({ length: 100_000 }, (_, index) => segment(`s:${index}`));
  const large = new Map(many.map((one) => [one.id, one]));
  let turns = 0;
  const count = () => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  await searched({ catalogue: large }, { ...plain, text: '99999', order: 'size' });
  clearImmediate(next);
  expect(turns).toBeGreaterThan(50);
});
