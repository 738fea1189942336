import { describe, expect, test } from 'vitest';
import { lineOf, linesOf } from '../store.fixture.ts';
import { actionBytes, bulkBody } from './bulk-body.ts';

const part = { key: 'members/part-0', bytes: 1, rows: 1 };
const long = lineOf('long', Array.from({ length: 40 }, (_, index) => `recurrent:store:${index}`).map(String));
const texts = [lineOf('a', ['s:1']), lineOf('b"\\é', []), lineOf('c', ['s:1', 's:2']), long];
const chosen = (...indexes: number[]) => ({ lines: linesOf(part, texts), indexes });

describe('the body of a bulk', () => {
  test('is an action and the line itself, for the lines asked for', () => {
    const actions = bulkBody([chosen(1, 2)])
      .toString()
      .split('\n');
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

  test('holds lines of several parts one after the other, short and long', () => {
    const apart = Buffer.concat([bulkBody([chosen(3)]), bulkBody([chosen(0, 1)])]);
    expect(bulkBody([chosen(3), chosen(0, 1)])).toEqual(apart);
    expect(apart.toString().split('\n')[1]).toBe(long);
  });

  test('is as long as its lines were said to be', () => {
    const { lines } = chosen();
    for (const index of texts.keys()) expect(bulkBody([chosen(index)]).length).toBe(actionBytes(lines, index));
  });

  test('of bytes that stand inside a larger buffer is the same', () => {
    const lines = linesOf(part, texts);
    const larger = Buffer.concat([Buffer.from('before'), lines.bytes]).subarray(6);
    const indexes = [0, 1, 2, 3];
    expect(bulkBody([{ lines: { ...lines, bytes: larger }, indexes }])).toEqual(bulkBody([{ lines, indexes }]));
  });
});
