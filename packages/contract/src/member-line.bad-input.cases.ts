/** Member lines: what is read, what is refused, for which reason, and what the message must name. */
import type { FormatReason } from './id.ts';

export interface BadLine {
  readonly title: string;
  readonly line: string | Uint8Array;
  readonly reason: FormatReason;
  readonly names: string;
}

const encoder = new TextEncoder();
const MEBIBYTE = 1024 * 1024;

/** A member line whose customer id is made of these bytes. */
export function lineOfIdBytes(...id: readonly number[]): Uint8Array {
  return Uint8Array.from([...encoder.encode('{"customer_id":"'), ...id, ...encoder.encode('","segment_ids":["a"]}')]);
}

export const canonicalMemberLines: Readonly<Record<string, string>> = {
  'two segments': '{"customer_id":"c1","segment_ids":["a","b"]}',
  'a known customer in no segment': '{"customer_id":"c1","segment_ids":[]}',
  'the order of the producer': '{"customer_id":"c1","segment_ids":["z","a","m"]}',
  'a customer id that JSON must escape': '{"customer_id":"a\\"b\\\\","segment_ids":["a"]}',
  'a customer id of every UTF-8 width': '{"customer_id":"xé€🛒","segment_ids":["a"]}',
  'a customer id of 512 escaped quotes': `{"customer_id":"${'\\"'.repeat(512)}","segment_ids":["a"]}`,
  'a segment id of 128 bytes': `{"customer_id":"c1","segment_ids":["${'a'.repeat(128)}"]}`,
  'more segments than a line has by habit': `{"customer_id":"c1","segment_ids":[${Array.from({ length: 5000 }, (_, index) => `"s:${index}"`).join()}]}`,
};

/** Read by the slow path; the canonical line it becomes. */
export const otherMemberLines: Readonly<Record<string, readonly [line: string, canonical: string]>> = {
  spaces: ['{ "customer_id": "c1", "segment_ids": [ "a", "b" ] }', '{"customer_id":"c1","segment_ids":["a","b"]}'],
  'a carriage return at the end': [
    '{"customer_id":"c1","segment_ids":["a"]}\r',
    '{"customer_id":"c1","segment_ids":["a"]}',
  ],
  'the keys the other way round': [
    '{"segment_ids":["a"],"customer_id":"c1"}',
    '{"customer_id":"c1","segment_ids":["a"]}',
  ],
  'keys of others': [
    '{"customer_id":"c1","segment_ids":["a"],"v":{"x":[1]}}',
    '{"customer_id":"c1","segment_ids":["a"]}',
  ],
  'escapes that need not be': [
    '{"customer_id":"\\u0063\\/1","segment_ids":["\\u0061"]}',
    '{"customer_id":"c/1","segment_ids":["a"]}',
  ],
  'an escaped pair of surrogates': [
    '{"customer_id":"\\ud83d\\uded2","segment_ids":[]}',
    '{"customer_id":"🛒","segment_ids":[]}',
  ],
  'a colon after a key-like text': [
    '{"customer_id":"customer_id","segment_ids":["a"] ,"x":"\\":"}',
    '{"customer_id":"customer_id","segment_ids":["a"]}',
  ],
};

export const badMemberLines: readonly BadLine[] = [
  { title: 'empty', line: '', reason: 'malformed', names: 'not JSON' },
  { title: 'cut short', line: '{"customer_id":"c1","segment_ids":["a"', reason: 'malformed', names: 'not JSON' },
  { title: 'two objects', line: '{"customer_id":"c1","segment_ids":[]}{}', reason: 'malformed', names: 'not JSON' },
  {
    title: 'text after the object',
    line: '{"customer_id":"c1","segment_ids":[]}x',
    reason: 'malformed',
    names: 'not JSON',
  },
  {
    title: 'a comma before the end',
    line: '{"customer_id":"c1","segment_ids":["a",]}',
    reason: 'malformed',
    names: 'not JSON',
  },
  {
    title: 'a byte order mark',
    line: '\ufeff{"customer_id":"c1","segment_ids":[]}',
    reason: 'malformed',
    names: 'byte order mark',
  },
  { title: 'a list', line: '["c1","a"]', reason: 'malformed', names: 'member line is ["c1","a"], expected an object' },
  { title: 'null', line: 'null', reason: 'malformed', names: 'is null' },
  { title: 'no customer', line: '{"segment_ids":["a"]}', reason: 'malformed', names: 'customer_id is missing' },
  {
    title: 'a numeric customer',
    line: '{"customer_id":17850,"segment_ids":["a"]}',
    reason: 'malformed',
    names: 'customer_id is 17850',
  },
  {
    title: 'a null customer',
    line: '{"customer_id":null,"segment_ids":["a"]}',
    reason: 'malformed',
    names: 'customer_id is null',
  },
  { title: 'no segments', line: '{"customer_id":"c1"}', reason: 'malformed', names: 'segment_ids is missing' },
  {
    title: 'null segments',
    line: '{"customer_id":"c1","segment_ids":null}',
    reason: 'malformed',
    names: 'segment_ids is null',
  },
  {
    title: 'one segment without a list',
    line: '{"customer_id":"c1","segment_ids":"a"}',
    reason: 'malformed',
    names: 'segment_ids is "a"',
  },
  {
    title: 'a number among the segments',
    line: '{"customer_id":"c1","segment_ids":["a",1]}',
    reason: 'malformed',
    names: '["a",1]',
  },
  {
    title: 'null among the segments',
    line: '{"customer_id":"c1","segment_ids":[null]}',
    reason: 'malformed',
    names: '[null]',
  },
  {
    title: 'a list among the segments',
    line: '{"customer_id":"c1","segment_ids":[["a"]]}',
    reason: 'malformed',
    names: '[["a"]]',
  },
  {
    title: 'a segment twice',
    line: '{"customer_id":"c1","segment_ids":["a","b","a"]}',
    reason: 'malformed',
    names: 'every segment once',
  },
  {
    title: 'the customer twice',
    line: '{"customer_id":"c1","customer_id":"c2","segment_ids":[]}',
    reason: 'malformed',
    names: 'repeats the key "customer_id"',
  },
  {
    title: 'the customer twice, once in escapes',
    line: '{"customer_id":"c1","custom\\u0065r_id":"c2","segment_ids":[]}',
    reason: 'malformed',
    names: 'repeats the key "customer_id"',
  },
  {
    title: 'the segments twice',
    line: '{"customer_id":"c1","segment_ids":["a"],"segment_ids" :["b"]}',
    reason: 'malformed',
    names: 'repeats the key "segment_ids"',
  },
  {
    title: 'the keys only within another object',
    line: '{"v":{"customer_id":"c1","segment_ids":[]}}',
    reason: 'malformed',
    names: 'customer_id is missing',
  },
  {
    title: 'the keys by inheritance',
    line: '{"__proto__":{"customer_id":"c1","segment_ids":[]}}',
    reason: 'malformed',
    names: 'customer_id is missing',
  },
  {
    title: 'an empty customer id',
    line: '{"customer_id":"","segment_ids":["a"]}',
    reason: 'bad-id',
    names: 'is empty',
  },
  { title: 'a dot segment', line: '{"customer_id":"..","segment_ids":["a"]}', reason: 'bad-id', names: 'dot segment' },
  {
    title: 'a customer id of 513 bytes',
    line: `{"customer_id":"${'x'.repeat(513)}","segment_ids":["a"]}`,
    reason: 'bad-id',
    names: '512 bytes',
  },
  {
    title: 'an escaped control character',
    line: '{"customer_id":"a\\nb","segment_ids":["a"]}',
    reason: 'bad-id',
    names: 'control character',
  },
  {
    title: 'a control character as it is',
    line: '{"customer_id":"a\u0001b","segment_ids":["a"]}',
    reason: 'malformed',
    names: 'not JSON',
  },
  { title: 'C1 in two bytes', line: lineOfIdBytes(0xc2, 0x85), reason: 'bad-id', names: 'control character' },
  { title: 'DEL', line: lineOfIdBytes(0x7f), reason: 'bad-id', names: 'control character' },
  {
    title: 'half a surrogate pair in escapes',
    line: '{"customer_id":"\\ud800","segment_ids":["a"]}',
    reason: 'bad-id',
    names: 'surrogate',
  },
  {
    title: 'half a surrogate pair in a segment id',
    line: '{"customer_id":"c1","segment_ids":["\\ud800"]}',
    reason: 'bad-id',
    names: 'segment id',
  },
  {
    title: 'an empty segment id',
    line: '{"customer_id":"c1","segment_ids":[""]}',
    reason: 'bad-id',
    names: 'segment id ""',
  },
  {
    title: 'a segment id of 129 bytes',
    line: `{"customer_id":"c1","segment_ids":["${'a'.repeat(129)}"]}`,
    reason: 'bad-id',
    names: 'segment id',
  },
  {
    title: 'a segment id with a slash',
    line: '{"customer_id":"c1","segment_ids":["a/b"]}',
    reason: 'bad-id',
    names: '"a/b"',
  },
  { title: 'Latin-1', line: lineOfIdBytes(0xe9), reason: 'malformed', names: 'not UTF-8' },
  { title: 'a continuation byte alone', line: lineOfIdBytes(0x80), reason: 'malformed', names: 'not UTF-8' },
  { title: 'a sequence cut short', line: lineOfIdBytes(0xe2, 0x82), reason: 'malformed', names: 'not UTF-8' },
  { title: 'a slash in two bytes', line: lineOfIdBytes(0xc0, 0xaf), reason: 'malformed', names: 'not UTF-8' },
  {
    title: 'an overlong form of three bytes',
    line: lineOfIdBytes(0xe0, 0x9f, 0xbf),
    reason: 'malformed',
    names: 'not UTF-8',
  },
  {
    title: 'an overlong form of four bytes',
    line: lineOfIdBytes(0xf0, 0x8f, 0xbf, 0xbf),
    reason: 'malformed',
    names: 'not UTF-8',
  },
  { title: 'a surrogate in UTF-8', line: lineOfIdBytes(0xed, 0xa0, 0x80), reason: 'malformed', names: 'not UTF-8' },
  {
    title: 'a number over U+10FFFF',
    line: lineOfIdBytes(0xf4, 0x90, 0x80, 0x80),
    reason: 'malformed',
    names: 'not UTF-8',
  },
  {
    title: 'a lead byte that UTF-8 has not',
    line: lineOfIdBytes(0xf5, 0x80, 0x80, 0x80),
    reason: 'malformed',
    names: 'not UTF-8',
  },
  {
    title: 'one byte over 8 MiB',
    line: new Uint8Array(8 * MEBIBYTE + 1).fill(0x20),
    reason: 'too-large',
    names: '8388609 bytes',
  },
];
