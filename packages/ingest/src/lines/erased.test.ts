import { parseCustomerId, parseSegmentId } from '@segment-store/contract/id';
import { printMember, SPAN_FIELDS, scanMemberLine } from '@segment-store/contract/lines';
import type { Erased, Lines } from '@segment-store/store/store';
import { expect, test } from 'vitest';
import { deferringErased, withoutErased } from './erased.ts';

const part = { key: 'members/part-0', bytes: 1, rows: 1 };
const lineOf = (id: string) => printMember({ customerId: parseCustomerId(id), segmentIds: [parseSegmentId('s:1')] });

/** A line a customer, from line 11 on; one before them was rejected and one skipped. */
async function* linesOf(...pieces: readonly (readonly string[])[]): AsyncGenerator<Lines> {
  let number = 11;
  for (const ids of pieces) {
    const bytes = Buffer.from(ids.map((id) => `${lineOf(id)}\n`).join(''));
    const spans = new Uint32Array(ids.length * SPAN_FIELDS);
    const offsets = new Float64Array(ids.length);
    let from = 0;
    for (const [place, id] of ids.entries()) {
      const to = from + Buffer.byteLength(lineOf(id));
      scanMemberLine(bytes, { from, to }, spans, place * SPAN_FIELDS);
      offsets[place] = from;
      from = to + 1;
    }
    const numbers = Uint32Array.from(ids, () => number++);
    const rejected = [{ part: part.key, line: 1, offset: 0, reason: 'malformed' as const }];
    const settled = { created: 0, replayed: 0, skipped: 1, memberships: 0, rejected };
    yield { part, offset: bytes.length, bytes, spans, offsets, numbers, settled };
  }
}

const erasedOnly = (...ids: string[]): Erased => ({ size: ids.length, has: (id) => ids.includes(id) });

/** What is left to write: the text and number of each line. */
function written({ bytes, spans, numbers, offsets }: Lines): [number, number, string][] {
  return [...numbers].map((number, place) => {
    const [start, end] = spans.subarray(place * SPAN_FIELDS);
    return [number, offsets[place] ?? -1, Buffer.from(bytes.subarray(start, end)).toString()];
  });
}

test('who was erased is skipped, and everybody else keeps line, number and place', async () => {
  const pieces = [['a', 'é"\\', 'c'], ['d'], ['é"\\', 'c']];
  const [first, second, third] = await Array.fromAsync(withoutErased(linesOf(...pieces), erasedOnly('é"\\', 'c')));
  if (first === undefined || second === undefined || third === undefined) throw new Error('pieces are missing');
  expect(written(first)).toEqual([[11, 0, lineOf('a')]]);
  expect(written(second)).toEqual([[14, 0, lineOf('d')]]);
  expect(written(third)).toEqual([]);
  expect([first, second, third].map(({ settled }) => settled.skipped)).toEqual([3, 1, 3]);
  expect(first.settled.rejected).toHaveLength(1);
});

test('a line behind one that is skipped keeps its place', async () => {
  const [only] = await Array.fromAsync(withoutErased(linesOf(['a', 'b']), erasedOnly('a')));
  expect(only && written(only)).toEqual([[12, Buffer.byteLength(lineOf('a')) + 1, lineOf('b')]]);
});

test('lines of which nobody was erased are passed on as they are', async () => {
  const lines = await Array.fromAsync(linesOf(['a'], ['b']));
  const passing = async function* () {
    yield* lines;
  };
  const passed = await Array.fromAsync(withoutErased(passing(), erasedOnly('x')));
  expect(passed.every((some, place) => some === lines[place])).toBe(true);
});

test('while nobody was erased, nothing is looked at', () => {
  const lines = linesOf(['a']);
  expect(withoutErased(lines, erasedOnly())).toBe(lines);
  expect(deferringErased(lines, erasedOnly(), async () => {})).toBe(lines);
});

test('in a part that was begun before they pass, and are told before they are written', async () => {
  const heard: string[] = [];
  const defer = async (ids: readonly string[]) => void heard.push(`deferred ${ids}`);
  for await (const some of deferringErased(linesOf(['a', 'b'], ['c'], ['a']), erasedOnly('a', 'x'), defer)) {
    heard.push(`${written(some).length} to write, ${some.settled.skipped} skipped`);
  }
  expect(heard).toEqual([
    'deferred a',
    '2 to write, 1 skipped',
    '1 to write, 1 skipped',
    'deferred a',
    '1 to write, 1 skipped',
  ]);
});
