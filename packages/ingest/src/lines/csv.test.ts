import { MAX_LINE_BYTES, SPAN_FIELDS } from '@segment-store/contract/lines';
import { expect, test } from 'vitest';
import { badHeaders, badRecords } from './csv.bad-input.cases.ts';
import { csvRows } from './csv.ts';
import { part, seen, sourceOf } from './lines.fixture.ts';
import { membersAsTheyAre } from './lines.ts';
import { keepRaw } from './member-lines.ts';

const HEADER = 'customer_id,segment_ids\n';
const MEMBER = ['customer_id', 'segment_ids'];

const read = (
  source: string | Uint8Array,
  { cuts = [], blockBytes = 1024 * 1024 }: { cuts?: readonly number[]; blockBytes?: number } = {},
) => seen(csvRows(MEMBER, blockBytes), sourceOf(Buffer.from(source), cuts));

const texts = async (source: string) => (await read(source)).documents.map(({ text }) => text);
const doc = (id: string, ...segments: string[]) => JSON.stringify({ customer_id: id, segment_ids: segments });

test('records become documents with their place in the part', async () => {
  const { documents, rejected, end } = await read(`${HEADER}c1,a|b\nc2,\n`);
  expect(documents).toEqual([
    { text: doc('c1', 'a', 'b'), id: 'c1', line: 2, offset: 24, memberships: 2 },
    { text: doc('c2'), id: 'c2', line: 3, offset: 31, memberships: 0 },
  ]);
  expect({ rejected, end }).toEqual({ rejected: [], end: 35 });
});

test.each([
  ['CRLF', 'customer_id,segment_ids\r\nc1,a|b\r\nc2,a\r\n'],
  ['no line break at the end', `${HEADER}c1,a|b\nc2,a`],
  ['CR and no LF at the end', `${HEADER}c1,a|b\nc2,a\r`],
  ['a byte order mark', `\ufeff${HEADER}c1,a|b\nc2,a\n`],
  ['blank lines', `${HEADER}\n\r\nc1,a|b\n\nc2,a\n\n`],
  ['tabs', 'customer_id\tsegment_ids\nc1\ta|b\nc2\ta\n'],
  ['semicolons', 'customer_id;segment_ids\nc1;a|b\nc2;a\n'],
  ['the columns the other way round', 'segment_ids,customer_id\na|b,c1\na,c2\n'],
  ['further columns', 'v,customer_id,"x ""y""",segment_ids\n1,c1,"a\nb",a|b\n2,c2,,a\n'],
  ['quotes that need not be', '"customer_id","segment_ids"\r\n"c1","a|b"\r\n"c2","a"'],
])('%s: two members', async (_, source) => {
  const { documents, rejected } = await read(source);
  expect(documents.map(({ text }) => text)).toEqual([doc('c1', 'a', 'b'), doc('c2', 'a')]);
  expect(rejected).toEqual([]);
});

test.each([
  ['a delimiter', '"x,y"', 'x,y'],
  ['doubled quotes', '"say ""x"""', 'say "x"'],
  ['a backslash', 'x\\y', 'x\\y'],
  ['a bar', 'x|y', 'x|y'],
  ['spaces', ' x ', ' x '],
  ['every UTF-8 width', 'xé€🛒', 'xé€🛒'],
])('a customer id with %s is stored as it is', async (_, field, id) => {
  expect(await texts(`${HEADER}${field},a\n`)).toEqual([doc(id, 'a')]);
});

test('a record of several lines is numbered by its first, and so are those behind it', async () => {
  const { documents, rejected } = await read(`customer_id,note,segment_ids\nc1,"a\nb\r\nc",a\nc2,,a/\nc3,,a\n`);
  expect(documents.map(({ id, line }) => [id, line])).toEqual([
    ['c1', 2],
    ['c3', 6],
  ]);
  expect(rejected).toMatchObject([{ line: 5, offset: 43, reason: 'bad-id' }]);
});

test.each([
  ['nothing at all', ''],
  ['a header without line break', 'customer_id,segment_ids'],
  ['a header', HEADER],
])('%s: no members', async (_, source) => {
  expect(await read(source)).toEqual({ documents: [], rejected: [], skipped: 0, end: source.length });
});

test.each(badRecords)('rejected as $reason: $title', async ({ record, reason }) => {
  const bytes = Buffer.concat([Buffer.from(`${HEADER}c1,a\n`), Buffer.from(record), Buffer.from('\nc2,a\n')]);
  const { documents, rejected } = await read(bytes);
  expect(documents.map(({ id }) => id)).toEqual(['c1', 'c2']);
  expect(rejected).toEqual([{ part: part.key, line: 3, offset: HEADER.length + 5, reason }]);
});

test.each(badHeaders)('CORRUPT, naming the columns: $title', async ({ text, names }) => {
  const failed = read(text);
  await expect(failed).rejects.toMatchObject({ code: 'CORRUPT' });
  for (const name of [part.key, ...names]) await expect(failed).rejects.toThrow(name);
});

test('a quote that never closes takes what follows with it', async () => {
  const { documents, rejected, end } = await read(`${HEADER}c1,a\n"c2,a\nc3,a\n`);
  expect(documents.map(({ id }) => id)).toEqual(['c1']);
  expect(rejected).toEqual([{ part: part.key, line: 3, offset: 29, reason: 'malformed' }]);
  expect(end).toBe(40);
});

test('a record over the limit is dropped, and reading goes on', async () => {
  const lines = `${'y'.repeat(1023)}\n`.repeat(MAX_LINE_BYTES / 1024 + 1);
  for (const blockBytes of [1024 * 1024, 3 * 1024 * 1024]) {
    const { documents, rejected } = await read(`${HEADER}c1,a\n"${lines}`, { blockBytes });
    expect(documents.map(({ id }) => id)).toEqual(['c1']);
    expect(rejected[0]).toEqual({ part: part.key, line: 3, offset: 29, reason: 'too-large' });
  }
  const long = `${HEADER}c1,a\nx,${'a'.repeat(MAX_LINE_BYTES)}\nc2,a\n`;
  const { documents, rejected } = await read(long);
  expect(documents.map(({ id, line }) => [id, line])).toEqual([
    ['c1', 2],
    ['c2', 4],
  ]);
  expect(rejected).toEqual([{ part: part.key, line: 3, offset: 29, reason: 'too-large' }]);
});

const mixed = [
  '\ufeffnote,customer_id,segment_ids\r',
  'é,c1,a|b\r',
  '"two\nlines, and ""quotes""",c2,a',
  '',
  'x"y,c3,a',
  ',"c,4","a|b"',
  ',,a',
  '"open until ""here""\r',
  '",ö🛒,',
  ',last,a',
].join('\n');

test('cut at any byte, the same bytes give the same lines and rejections', async () => {
  const whole = await read(mixed);
  const bytes = Buffer.byteLength(mixed);
  expect(whole.documents.map(({ id }) => id)).toEqual(['c1', 'c2', 'c,4', 'ö🛒', 'last']);
  expect(whole.rejected.map(({ line, reason }) => [line, reason])).toEqual([
    [6, 'malformed'],
    [8, 'bad-id'],
  ]);
  for (let cut = 0; cut <= bytes; cut++) expect(await read(mixed, { cuts: [cut] }), `cut at ${cut}`).toEqual(whole);
  expect(await read(mixed, { cuts: Array.from({ length: bytes }, (_, index) => index) })).toEqual(whole);
});

test('blocks of any size give the same lines and rejections', async () => {
  const whole = await read(mixed);
  for (let blockBytes = 1; blockBytes <= 200; blockBytes++) {
    expect(await read(mixed, { blockBytes, cuts: [7, 90] }), `blocks of ${blockBytes}`).toEqual(whole);
  }
});

test('for a transform, a row has every column', async () => {
  const rows: string[] = [];
  const source = sourceOf(Buffer.from('id,"a ""b""",segment_ids\nc1,"x\ny",a|b\nc2,,\n'));
  for await (const { bytes, spans } of csvRows('any')(source, {
    signal: new AbortController().signal,
    deadlineAt: 1e15,
  })) {
    for (let row = 0; row < spans.length; row += SPAN_FIELDS)
      rows.push(bytes.subarray(spans[row], spans[row + 1]).toString());
  }
  expect(rows.map((row) => JSON.parse(row))).toEqual([
    { id: 'c1', 'a "b"': 'x\ny', segment_ids: ['a', 'b'] },
    { id: 'c2', 'a "b"': '', segment_ids: [] },
  ]);
});

test('a rejection keeps the record where it is none, and the row where the row is bad', async () => {
  const source = sourceOf(Buffer.from(`${HEADER}c1\nc2,a/b\n`));
  const { rejected } = await seen(csvRows(MEMBER), source, membersAsTheyAre(keepRaw));
  const raws = rejected.map(({ raw }) => Buffer.from(raw ?? []).toString());
  expect(raws).toEqual(['c1', doc('c2', 'a/b')]);
});
