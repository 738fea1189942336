import { describe, expect, test } from 'vitest';
import { lineOf, linesOf } from '../store.fixture.ts';
import { bulkBody, piecesOf } from './bulk-body.ts';

const part = { key: 'members/part-0', bytes: 1, rows: 1 };
const texts = [lineOf('a', ['s:1']), lineOf('b"\\é', []), lineOf('c', ['s:1', 's:2'])];

describe('the body of a bulk', () => {
  test('is an action and the line itself, for the lines asked for', () => {
    const actions = bulkBody(linesOf(part, texts), [1, 2]).toString().split('\n');
    expect(actions).toEqual([
      String.raw`{"create":{"_id":"b\"\\é"}}`,
      texts[1],
      '{"create":{"_id":"c"}}',
      texts[2],
      '',
    ]);
    expect(actions.slice(0, 4).map((line) => JSON.parse(line))).toMatchObject([
      { create: { _id: 'b"\\é' } },
      { customer_id: 'b"\\é' },
      { create: { _id: 'c' } },
      { customer_id: 'c' },
    ]);
  });

  test('of bytes that stand inside a larger buffer is the same', () => {
    const lines = linesOf(part, texts);
    const larger = Buffer.concat([Buffer.from('before'), lines.bytes]).subarray(6);
    expect(bulkBody({ ...lines, bytes: larger }, [0, 1, 2])).toEqual(bulkBody(lines, [0, 1, 2]));
  });
});

describe('pieces', () => {
  const many = linesOf(
    part,
    Array.from({ length: 100 }, (_, index) => lineOf(`customer-${index}`, ['s:1'])),
  );

  test.each([1, 80, 500, 1_000, 1_000_000])('of %i bytes hold every line once, in order', (bytes) => {
    const pieces = piecesOf(many, bytes);
    expect(pieces.flat()).toEqual(Array.from({ length: 100 }, (_, index) => index));
    for (const piece of pieces) {
      expect(piece.length === 1 || bulkBody(many, piece).length <= bytes).toBe(true);
    }
  });

  test('of no lines are none', () => {
    expect(piecesOf(linesOf(part, []), 1_000)).toEqual([]);
  });
});
