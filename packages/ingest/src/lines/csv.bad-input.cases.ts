/** CSV: records that are refused and why, and headers that make a part CORRUPT and what the message must name. */
import type { FormatReason } from '@segment-store/contract/id';

export interface BadRecord {
  readonly title: string;
  /** Between a good record of customer c1 and one of c2, which must be read. */
  readonly record: string | Uint8Array;
  readonly reason: FormatReason;
}

export const badRecords: readonly BadRecord[] = [
  { title: 'one field', record: 'x', reason: 'malformed' },
  { title: 'three fields', record: 'x,a,b', reason: 'malformed' },
  { title: 'a delimiter at the end', record: 'x,a,', reason: 'malformed' },
  { title: 'nothing but spaces', record: '  ', reason: 'malformed' },
  { title: 'a quote within a plain field', record: 'x"y,a', reason: 'malformed' },
  { title: 'text behind a closing quote', record: '"x"y,a', reason: 'malformed' },
  { title: 'a quote escaped by a backslash, as Spark writes it by default', record: '"x\\"y",a', reason: 'malformed' },
  { title: 'no customer', record: ',a', reason: 'bad-id' },
  { title: 'a quoted nothing for a customer', record: '"",a', reason: 'bad-id' },
  { title: 'a customer of two lines', record: '"x\ny",a', reason: 'bad-id' },
  { title: 'a dot segment', record: '..,a', reason: 'bad-id' },
  { title: 'C1 in a customer', record: Uint8Array.from([0xc2, 0x85, 0x2c, 0x61]), reason: 'bad-id' },
  { title: 'Latin-1', record: Uint8Array.from([0x78, 0xe9, 0x2c, 0x61]), reason: 'malformed' },
  { title: 'NUL in a customer', record: 'x\0y,a', reason: 'bad-id' },
  { title: 'a segment with a slash', record: 'x,a/b', reason: 'bad-id' },
  { title: 'a space before a segment', record: 'x, a', reason: 'bad-id' },
  { title: 'a bar at the end', record: 'x,a|', reason: 'bad-id' },
  { title: 'a bar at the start', record: 'x,|a', reason: 'bad-id' },
  { title: 'a segment twice', record: 'x,a|b|a', reason: 'malformed' },
  { title: 'a carriage return within', record: 'x\ry,a', reason: 'bad-id' },
];

export interface BadHeader {
  readonly title: string;
  readonly text: string;
  readonly names: readonly string[];
}

export const badHeaders: readonly BadHeader[] = [
  { title: 'no header', text: 'c1,a|b\nc2,a\n', names: ['the columns c1, a|b', 'customer_id and segment_ids'] },
  { title: 'one column missing', text: 'customer_id,segments\nc1,a\n', names: ['customer_id, segments'] },
  {
    title: 'the columns of the other layout',
    text: 'segment_id,customer_id\na,c1\n',
    names: ['segment_id, customer_id'],
  },
  { title: 'names in capitals', text: 'CUSTOMER_ID,SEGMENT_IDS\nc1,a\n', names: ['CUSTOMER_ID'] },
  {
    title: 'a column twice',
    text: 'customer_id,segment_ids,customer_id\nc1,a,c2\n',
    names: ['segment_ids, customer_id'],
  },
  { title: 'a delimiter of another kind', text: 'customer_id:segment_ids\nc1:a\n', names: ['customer_id:segment_ids'] },
  { title: 'blank', text: '\ncustomer_id,segment_ids\n', names: ['customer_id and segment_ids'] },
];
