import { expect, test, vi } from 'vitest';
import { randomBelow } from '../../../test/support/random.ts';
import { isCustomerId, isSegmentId, parseCustomerId, parseSegmentId } from './id.ts';
import { customerIdAt, type Member, parseMemberLine, printMember, SPAN_FIELDS, scanMemberLine } from './lines.ts';

const ROUNDS = 3_000;
vi.setConfig({ testTimeout: 60_000 });
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const spans = new Uint32Array(SPAN_FIELDS);
const scan = (bytes: Uint8Array) => scanMemberLine(bytes, { from: 0, to: bytes.length }, spans, 0);

const below = randomBelow(20260131);
const oneOf = <T>(items: readonly [T, ...T[]]): T => items[below(items.length)] ?? items[0];
const POINTS: readonly [number, ...number[]] = [
  0x2e, 0x22, 0x5c, 0x61, 0xa0, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfeff, 0xffff, 0x10000, 0x10ffff,
];

function randomMember(): Member {
  const points = Array.from({ length: 1 + below(12) }, () => (below(2) ? oneOf(POINTS) : 0x20 + below(0x5f)));
  const customer = String.fromCodePoint(...points);
  const segments = Array.from(
    { length: below(6) },
    () => `${oneOf(['a', 'Z', '9'])}${oneOf(['', ':store:', '~2F', '-._'])}${below(40)}`,
  );
  return {
    customerId: parseCustomerId(isCustomerId(customer) ? customer : 'c'),
    segmentIds: [...new Set(segments)].map((id) => parseSegmentId(id)),
  };
}

test('what is printed scans as canonical, with the right spans, and parses to the same member', () => {
  for (let round = 0; round < ROUNDS; round++) {
    const member = randomMember();
    const bytes = encoder.encode(printMember(member));
    expect(scan(bytes), printMember(member)).toBe(true);
    const [start, end, idStart = 0, idEnd = 0, memberships] = spans;
    expect([start, end, memberships]).toEqual([0, bytes.length, member.segmentIds.length]);
    expect(customerIdAt(bytes, idStart, idEnd)).toBe(member.customerId);
    expect(parseMemberLine(bytes)).toEqual(member);
  }
});

test('whatever bytes scan as canonical, parsing takes them and printing gives them back', () => {
  const taken = { canonical: 0, other: 0 };
  for (let round = 0; round < 5 * ROUNDS; round++) {
    const bytes = mutated(encoder.encode(printMember(randomMember())));
    const printed = printedAgain(bytes);
    const canonical = printed !== undefined && Buffer.compare(encoder.encode(printed), bytes) === 0;
    expect(scan(bytes), `scan of ${JSON.stringify(decoder.decode(bytes))}`).toBe(canonical);
    taken[canonical ? 'canonical' : 'other'] += 1;
  }
  expect(Math.min(taken.canonical, taken.other)).toBeGreaterThan(ROUNDS / 2);
});

test('the grammar of ids is the same for texts and for bytes', () => {
  for (let point = 0; point <= 0x10ffff; point += point < 0x900 ? 1 : 257) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const character = String.fromCodePoint(point);
    const inCustomer = JSON.stringify({ customer_id: `a${character}`, segment_ids: [] });
    const inSegment = JSON.stringify({ customer_id: 'a', segment_ids: [`a${character}`] });
    expect([point, scan(encoder.encode(inCustomer))]).toEqual([point, isCustomerId(`a${character}`)]);
    expect([point, scan(encoder.encode(inSegment))]).toEqual([point, isSegmentId(`a${character}`)]);
  }
});

function printedAgain(bytes: Uint8Array): string | undefined {
  try {
    return printMember(parseMemberLine(bytes));
  } catch {
    return undefined;
  }
}

const BYTES: readonly [number, ...number[]] = [
  0x22, 0x5c, 0x2c, 0x5d, 0x7d, 0x2e, 0x20, 0x0a, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc2, 0xe0, 0xed, 0xf0, 0xf4,
];

/** One byte replaced, taken out, put in or doubled; or a stretch copied elsewhere. */
function mutated(bytes: Uint8Array): Uint8Array {
  const at = below(bytes.length);
  const byte = below(2) ? oneOf(BYTES) : 0x21 + below(0x5e);
  const length = 1 + below(6);
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
  const stretch = bytes.subarray(below(bytes.length)).subarray(0, length);
  return Buffer.concat(
    oneOf([
      [head, [byte], tail.subarray(1)],
      [head, [byte], tail],
      [head, tail.subarray(length)],
      [head, stretch, tail],
    ]).map((piece) => Uint8Array.from(piece)),
  );
}
