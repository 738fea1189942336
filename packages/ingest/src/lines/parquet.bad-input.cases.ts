/** Parquet: rows that are refused and why, and files that are CORRUPT and what the message must name. */
import type { FormatReason } from '@segment-store/contract/id';

export interface BadRow {
  readonly title: string;
  /** In SQL. */
  readonly customer: string;
  readonly segments: string;
  readonly reason: FormatReason;
}

export const badRows: readonly BadRow[] = [
  { title: 'no customer', customer: 'null', segments: "['a']", reason: 'malformed' },
  { title: 'no segments', customer: "'x'", segments: 'null', reason: 'malformed' },
  { title: 'a segment that is null', customer: "'x'", segments: "['a', null]", reason: 'malformed' },
  { title: 'a segment twice', customer: "'x'", segments: "['a', 'b', 'a']", reason: 'malformed' },
  { title: 'an empty customer', customer: "''", segments: "['a']", reason: 'bad-id' },
  { title: 'a line break in a customer', customer: "'x' || chr(10)", segments: "['a']", reason: 'bad-id' },
  { title: 'a customer of 513 bytes', customer: "repeat('x', 513)", segments: "['a']", reason: 'bad-id' },
  { title: 'a segment with a slash', customer: "'x'", segments: "['a/b']", reason: 'bad-id' },
];

export interface BadColumns {
  readonly title: string;
  readonly select: string;
  readonly names: readonly string[];
}

export const badColumns: readonly BadColumns[] = [
  { title: 'one missing', select: `select 'c1' as customer_id`, names: ['the columns customer_id: string;'] },
  {
    title: 'of the other layout',
    select: `select 'a' as segment_id, 'c1' as customer_id`,
    names: ['segment_id: string, customer_id: string'],
  },
  {
    title: 'a numeric customer',
    select: `select 17850::bigint as customer_id, ['a'] as segment_ids`,
    names: ['customer_id: int64'],
  },
  {
    title: 'a text for a list',
    select: `select 'c1' as customer_id, 'a|b' as segment_ids`,
    names: ['segment_ids: string'],
  },
  {
    title: 'a list of numbers',
    select: `select 'c1' as customer_id, [1, 2] as segment_ids`,
    names: ['segment_ids: list<int32>'],
  },
  {
    title: 'a list of lists',
    select: `select 'c1' as customer_id, [['a']] as segment_ids`,
    names: ['segment_ids: list<list<string>>'],
  },
  {
    title: 'bytes for a customer',
    select: `select 'c1'::blob as customer_id, ['a'] as segment_ids`,
    names: ['customer_id: byte_array'],
  },
];

export interface BadFile {
  readonly title: string;
  readonly spoil: (good: Buffer) => Buffer;
}

export const badFiles: readonly BadFile[] = [
  { title: 'cut short', spoil: (good) => good.subarray(0, good.length - 100) },
  { title: 'one byte', spoil: (good) => good.subarray(0, 1) },
  { title: 'text', spoil: () => Buffer.from('{"customer_id":"c1","segment_ids":[]}\n') },
  { title: 'a footer longer than the file', spoil: (good) => withFooterLength(good, 0x7fffffff) },
  { title: 'a footer that is none', spoil: (good) => withFooterLength(good, 9) },
  {
    title: 'pages overwritten',
    spoil: (good) => Buffer.concat([good.subarray(0, 4), Buffer.alloc(2000), good.subarray(2004)]),
  },
];

function withFooterLength(good: Buffer, length: number): Buffer {
  const bytes = Buffer.from(good);
  bytes.writeUInt32LE(length, bytes.length - 8);
  return bytes;
}
