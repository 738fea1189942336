import { gzipSync } from 'node:zlib';
import { unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import { part, seen, sourceOf } from './lines.fixture.ts';
import { badColumns, badFiles, badRows } from './parquet.bad-input.cases.ts';
import { parquetOf } from './parquet.fixture.ts';
import { parquetRows } from './parquet.ts';

const MEMBER = ['customer_id', 'segment_ids'];
const MEMBERS = `select 'c' || i as customer_id, list_transform(range(i % 3), x -> 's:' || (i + x)) as segment_ids from range(5000) t(i)`;

const read = (bytes: Uint8Array, rowsBytes?: number) => seen(parquetRows(MEMBER, rowsBytes), sourceOf(bytes));

const doc = (index: number) => {
  const segments = Array.from({ length: index % 3 }, (_, at) => `s:${index + at}`);
  return JSON.stringify({ customer_id: `c${index}`, segment_ids: segments });
};

test('rows become documents, numbered by their place in the file', async () => {
  const { documents, rejected, end } = await read(await parquetOf(MEMBERS));
  expect(documents[4]).toEqual({ text: doc(4), id: 'c4', line: 5, offset: 4, memberships: 1 });
  expect(documents.map(({ text }) => text)).toEqual(Array.from({ length: 5000 }, (_, index) => doc(index)));
  expect({ rejected, end }).toEqual({ rejected: [], end: 5000 });
});

test.each(['uncompressed', 'snappy', 'gzip', 'zstd'] as const)(
  '%s pages, both versions, several row groups',
  async (codec) => {
    const plain = await read(await parquetOf(MEMBERS));
    for (const version of ['V1', 'V2'] as const) {
      expect(await read(await parquetOf(MEMBERS, { codec, rowGroup: 2048, version }))).toEqual(plain);
    }
  },
);

test('rows travel in groups of any size', async () => {
  const bytes = await parquetOf(MEMBERS, { rowGroup: 2048 });
  const plain = await read(bytes);
  for (const rowsBytes of [1, 100, 10_000]) expect(await read(bytes, rowsBytes)).toEqual(plain);
});

test('the columns stand in any order, further ones are not fetched', async () => {
  const bytes = await parquetOf(
    `select i as n, segment_ids, repeat('x', 1000) || random() as filler, customer_id from (select row_number() over () as i, * from (${MEMBERS}))`,
  );
  let fetched = 0;
  const source = sourceOf(bytes);
  const { documents } = await seen(parquetRows(MEMBER), {
    ...source,
    range: (range, call) => {
      fetched += range.to - range.from;
      return source.range(range, call);
    },
  });
  expect(documents).toHaveLength(5000);
  expect(fetched).toBeLessThan(bytes.length / 3);
});

test('no rows, and no bytes: no members', async () => {
  expect((await read(await parquetOf(`${MEMBERS} limit 0`))).documents).toEqual([]);
  expect((await read(Buffer.alloc(0))).documents).toEqual([]);
});

test('for a transform, a row has every column', async () => {
  const bytes = await parquetOf(
    `select 7 as n, 9007199254740993::bigint as big, true as yes, null::varchar as nothing, 1.5::double as half,
      date '2026-01-31' as day, struct_pack(a := 'x') as inner, ['a', null] as list`,
  );
  const rows: unknown[] = [];
  for await (const one of parquetRows('any')(sourceOf(bytes), unlimited)) rows.push(JSON.parse(one.bytes.toString()));
  expect(rows).toEqual([
    {
      n: 7,
      big: '9007199254740993',
      yes: true,
      nothing: null,
      half: 1.5,
      day: '2026-01-31T00:00:00.000Z',
      inner: { a: 'x' },
      list: ['a', null],
    },
  ]);
});

test.each(badRows)('rejected as $reason: $title', async ({ customer, segments, reason }) => {
  const row = (id: string, list: string) => `select ${id} as customer_id, ${list} as segment_ids`;
  const { documents, rejected } = await read(
    await parquetOf([row("'c1'", "['a']"), row(customer, segments), row("'c2'", "['a']")].join(' union all ')),
  );
  expect(documents.map(({ id }) => id)).toEqual(['c1', 'c2']);
  expect(rejected).toEqual([{ part: part.key, line: 2, offset: 1, reason }]);
});

test('bytes of a text column that are no UTF-8 are a bad id, not another id', async () => {
  const bytes = await parquetOf(`select 'xyz' as customer_id, ['a'] as segment_ids`);
  for (let at = bytes.indexOf('xyz'); at !== -1; at = bytes.indexOf('xyz', at + 1)) bytes[at + 1] = 0xff;
  expect((await read(bytes)).rejected).toMatchObject([{ line: 1, reason: 'bad-id' }]);
});

test.each(badColumns)('CORRUPT, naming the columns: $title', async ({ select, names }) => {
  const failed = read(await parquetOf(select));
  await expect(failed).rejects.toMatchObject({ code: 'CORRUPT' });
  for (const name of [part.key, 'customer_id: string and segment_ids: list<string>', ...names]) {
    await expect(failed).rejects.toThrow(name);
  }
});

test.each(badFiles)('CORRUPT, naming the part: $title', async ({ spoil }) => {
  const good = await parquetOf(MEMBERS, { codec: 'snappy' });
  const failed = read(spoil(good));
  await expect(failed).rejects.toMatchObject({ code: 'CORRUPT' });
  await expect(failed).rejects.toThrow(`${part.key} is not valid Parquet`);
});

test('a file compressed from outside is no Parquet', async () => {
  await expect(read(gzipSync(await parquetOf(MEMBERS)))).rejects.toThrow(`${part.key} is not valid Parquet`);
});

test('what the source rejects with comes through', async () => {
  const bytes = await parquetOf(MEMBERS);
  let ranges = 0;
  const source = sourceOf(bytes);
  const cut = async () => {
    throw new Error('the cable is cut');
  };
  const range: typeof source.range = (wanted, call) => (ranges++ === 0 ? source.range(wanted, call) : cut());
  await expect(seen(parquetRows(MEMBER), { ...source, range })).rejects.toThrow('the cable is cut');
});
