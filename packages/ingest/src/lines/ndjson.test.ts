import { MAX_LINE_BYTES } from '@segment-store/contract/lines';
import {
  badMemberLines,
  canonicalMemberLines,
  otherMemberLines,
} from '@segment-store/contract/member-line.bad-input.cases';
import { expect, test } from 'vitest';
import { part, seen, sourceOf } from './lines.fixture.ts';
import { membersAsTheyAre } from './lines.ts';
import { keepRaw } from './member-lines.ts';
import { ndjsonRows } from './ndjson.ts';

const line = (id: string) => `{"customer_id":"${id}","segment_ids":["a","b"]}`;

const read = (
  source: string | Uint8Array,
  { cuts = [], blockBytes = 1024 * 1024 }: { cuts?: readonly number[]; blockBytes?: number } = {},
) => seen(ndjsonRows(blockBytes), sourceOf(Buffer.from(source), cuts));

test('lines become documents with their place in the part', async () => {
  const { documents, rejected, end } = await read(`${line('c1')}\n${line('c2')}\n`);
  expect(documents).toEqual([
    { text: line('c1'), id: 'c1', line: 1, offset: 0, memberships: 2 },
    { text: line('c2'), id: 'c2', line: 2, offset: 45, memberships: 2 },
  ]);
  expect({ rejected, end }).toEqual({ rejected: [], end: 90 });
});

test.each([
  ['LF', `${line('c1')}\n${line('c2')}\n`],
  ['CRLF', `${line('c1')}\r\n${line('c2')}\r\n`],
  ['no line break at the end', `${line('c1')}\n${line('c2')}`],
  ['CR and no LF at the end', `${line('c1')}\n${line('c2')}\r`],
  ['blank lines', `\n\r\n${line('c1')}\n\n${line('c2')}\n\n\n`],
])('%s: two lines', async (_, source) => {
  const { documents, rejected } = await read(source);
  expect(documents.map(({ text }) => text)).toEqual([line('c1'), line('c2')]);
  expect(rejected).toEqual([]);
});

test('a file of nothing holds no lines', async () => {
  expect(await read('')).toEqual({ documents: [], rejected: [], skipped: 0, end: 0 });
});

test.each(Object.entries(canonicalMemberLines))('stored as it is: %s', async (_, canonical) => {
  expect((await read(canonical)).documents.map(({ text }) => text)).toEqual([canonical]);
});

test.each(Object.entries(otherMemberLines))('stored in canonical form: %s', async (_, [other, canonical]) => {
  const { documents } = await read(`${line('c0')}\n${other}\n${line('c9')}`);
  expect(documents.map(({ text }) => text)).toEqual([line('c0'), canonical, line('c9')]);
  expect(documents[1]?.offset).toBe(45);
});

test.each(badMemberLines.filter(({ line }) => line.length > 0))('rejected as $reason: $title', async (bad) => {
  const { documents, rejected } = await read(
    Buffer.concat([Buffer.from(`${line('c1')}\n`), Buffer.from(bad.line), Buffer.from(`\n${line('c2')}\n`)]),
  );
  expect(documents.map(({ id }) => id)).toEqual(['c1', 'c2']);
  expect(rejected).toEqual([{ part: part.key, line: 2, offset: 45, reason: bad.reason }]);
});

test('a rejection keeps the row it stands for, when asked', async () => {
  const source = sourceOf(Buffer.from(`${line('c1')}\n{ "customer_id": 1 }\r\n`));
  const { rejected } = await seen(ndjsonRows(), source, membersAsTheyAre(keepRaw));
  expect(rejected.map(({ raw }) => Buffer.from(raw ?? []).toString())).toEqual(['{ "customer_id": 1 }']);
});

const mixed = [
  line('c1'),
  '{ "customer_id": "c2", "segment_ids": ["a"] }\r',
  '',
  'not a line',
  line('ö🛒'),
  '{"customer_id":"","segment_ids":[]}',
  line('last'),
].join('\n');

test('cut at any byte, the same bytes give the same lines and rejections', async () => {
  const whole = await read(mixed);
  const bytes = Buffer.byteLength(mixed);
  expect([whole.documents.length, whole.rejected.length]).toEqual([4, 2]);
  for (let cut = 0; cut <= bytes; cut++) expect(await read(mixed, { cuts: [cut] }), `cut at ${cut}`).toEqual(whole);
  const everywhere = Array.from({ length: bytes }, (_, index) => index);
  expect(await read(mixed, { cuts: everywhere })).toEqual(whole);
});

test('blocks of any size give the same lines and rejections', async () => {
  const whole = await read(mixed);
  for (let blockBytes = 1; blockBytes <= 200; blockBytes++) {
    expect(await read(mixed, { blockBytes, cuts: [7, 90] }), `blocks of ${blockBytes}`).toEqual(whole);
  }
});

test('a line over the limit is dropped without being kept, the lines around it stay', async () => {
  const long = `{"customer_id":"c2","segment_ids":[${'"x",'.repeat(MAX_LINE_BYTES / 4)}"x"]}`;
  const source = `${line('c1')}\n${long}\n${line('c3')}\n${long}`;
  const cuts = Array.from({ length: Math.floor(source.length / 65_536) }, (_, index) => (index + 1) * 65_536);
  for (const blockBytes of [64 * 1024, 32 * 1024 * 1024]) {
    const { documents, rejected, end } = await read(source, { cuts, blockBytes });
    expect(documents.map(({ id }) => id)).toEqual(['c1', 'c3']);
    expect(rejected).toEqual([
      { part: part.key, line: 2, offset: 45, reason: 'too-large' },
      { part: part.key, line: 4, offset: 45 + long.length + 1 + 45, reason: 'too-large' },
    ]);
    expect(end).toBe(source.length);
  }
});

test('a line of exactly the limit is read', async () => {
  const ids = Array.from({ length: 100_000 }, (_, index) => `"s${index}"`).join();
  const open = `{"customer_id":"c","segment_ids":[${ids},`;
  const rest = MAX_LINE_BYTES - open.length - 2;
  const filler = `"${'y'.repeat(100)}`;
  const more = Array.from(
    { length: Math.floor(rest / 130) - 1 },
    (_, index) => `${filler}${String(index).padStart(26, '0')}"`,
  );
  const start = `${open}${more.join()}`;
  const exact = `${start}${' '.repeat(MAX_LINE_BYTES - start.length - 2)}]}`;
  expect(exact.length).toBe(MAX_LINE_BYTES);
  const { documents, rejected } = await read(`${exact}\r\n${line('c2')}`, { blockBytes: 1024 });
  expect(rejected).toEqual([]);
  expect(documents.map(({ id }) => id)).toEqual(['c', 'c2']);
  const over = await read(`${exact} \r\n${line('c2')}`, { blockBytes: 1024 });
  expect(over.documents.map(({ id }) => id)).toEqual(['c2']);
  expect(over.rejected).toEqual([{ part: part.key, line: 1, offset: 0, reason: 'too-large' }]);
});
