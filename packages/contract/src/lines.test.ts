import { describe, expect, test } from 'vitest';
import { goodCustomerIds } from './id.bad-input.cases.ts';
import { parseCustomerId, parseSegmentId } from './id.ts';
import {
  customerIdAt,
  MAX_LINE_BYTES,
  parseMemberLine,
  parseSegmentLine,
  printMember,
  printSegment,
  type Segment,
  SPAN_FIELDS,
  scanMemberLine,
} from './lines.ts';
import { badMemberLines, canonicalMemberLines, otherMemberLines } from './member-line.bad-input.cases.ts';
import { badSegmentLines, goodSegmentLines, segmentLine } from './segment-line.bad-input.cases.ts';

const encoder = new TextEncoder();
const bytesOf = (line: string | Uint8Array) => (typeof line === 'string' ? encoder.encode(line) : line);

function scan(line: string | Uint8Array): number[] | undefined {
  const bytes = bytesOf(line);
  const spans = new Uint32Array(SPAN_FIELDS);
  return scanMemberLine(bytes, { from: 0, to: bytes.length }, spans, 0) ? [...spans] : undefined;
}

describe('member line', () => {
  test.each(Object.entries(canonicalMemberLines))('with %s is canonical', (_, line) => {
    const member = parseMemberLine(encoder.encode(line));
    expect(printMember(member)).toBe(line);
    expect(scan(line)?.at(-1)).toBe(member.segmentIds.length);
  });

  test.each(Object.entries(otherMemberLines))(
    'with %s is read and written back canonically',
    (_, [line, canonical]) => {
      expect(scan(line)).toBeUndefined();
      expect(printMember(parseMemberLine(encoder.encode(line)))).toBe(canonical);
      expect(scan(canonical)).toBeDefined();
    },
  );

  test.each(badMemberLines)('with $title is refused as $reason', ({ line, reason, names }) => {
    expect(scan(line)).toBeUndefined();
    expect(() => parseMemberLine(bytesOf(line))).toThrowError(
      expect.objectContaining({ name: 'FormatError', reason, message: expect.stringContaining(names) }),
    );
  });

  test.each(Object.entries(goodCustomerIds))('gives back the customer id of %s', (_, id) => {
    const bytes = encoder.encode(printMember({ customerId: parseCustomerId(id), segmentIds: [] }));
    const [, , idStart = 0, idEnd = 0] = scan(bytes) ?? [];
    expect(customerIdAt(bytes, idStart, idEnd)).toBe(id);
  });

  test('of the largest size is taken, and one byte more is not', () => {
    const largest = lineOfBytes(MAX_LINE_BYTES);
    expect(scan(largest)?.at(-1)).toBe(parseMemberLine(largest).segmentIds.length);
    const larger = lineOfBytes(MAX_LINE_BYTES + 1);
    expect(scan(larger)).toBeUndefined();
    expect(() => parseMemberLine(larger)).toThrowError(expect.objectContaining({ reason: 'too-large' }));
  }, 60_000);

  test('is found within a buffer, and its span fields where they are wanted', () => {
    const lines = Object.values(canonicalMemberLines);
    const bytes = encoder.encode(lines.join('\n'));
    const spans = new Uint32Array(SPAN_FIELDS * lines.length);
    let from = 0;
    lines.forEach((line, index) => {
      const to = from + encoder.encode(line).length;
      expect(scanMemberLine(bytes, { from, to }, spans, index * SPAN_FIELDS)).toBe(true);
      expect([...spans.slice(index * SPAN_FIELDS, index * SPAN_FIELDS + 2)]).toEqual([from, to]);
      expect(scanMemberLine(bytes, { from, to: to - 1 }, spans, index * SPAN_FIELDS)).toBe(false);
      expect(scanMemberLine(bytes, { from, to: to + 1 }, spans, index * SPAN_FIELDS)).toBe(false);
      from = to + 1;
    });
  });
});

describe('catalogue line', () => {
  test.each(Object.entries(goodSegmentLines))('with %s comes back equal', (_, line) => {
    const segment = parseSegmentLine(line);
    expect(parseSegmentLine(printSegment(segment))).toEqual(segment);
  });

  test.each(badSegmentLines)('with $title is refused as $reason', ({ line, reason, names }) => {
    expect(() => parseSegmentLine(String(line))).toThrowError(
      expect.objectContaining({ name: 'FormatError', reason, message: expect.stringContaining(names) }),
    );
  });

  test('has snake_case keys in the file and camelCase ones here', () => {
    const line = segmentLine({ definition_version: '3', complement_of: 'b', universe: 'known' });
    const segment: Segment = {
      id: parseSegmentId('new-customers:store:17'),
      type: 'new',
      name: 'New at 17',
      attributes: { store: '17' },
      definitionVersion: '3',
      asOf: new Date('2026-01-31T00:00:00Z'),
      size: 3,
      complementOf: parseSegmentId('b'),
      universe: 'known',
    };
    expect(parseSegmentLine(line)).toEqual(segment);
    expect(JSON.parse(printSegment(segment))).toEqual({ ...JSON.parse(line), as_of: '2026-01-31T00:00:00.000Z' });
  });
});

/** Segment ids of 127 bytes take 130 with quotes and comma; the customer id takes what is left. */
function lineOfBytes(size: number): Uint8Array {
  const frame = encoder.encode('{"customer_id":"","segment_ids":[]}').length - 1;
  const count = Math.floor((size - frame) / 130) - 1;
  const ids = Array.from({ length: count }, (_, index) => `${index}:`.padEnd(127, 'x'));
  const customer = 'c'.repeat(size - frame - count * 130);
  return encoder.encode(`{"customer_id":"${customer}","segment_ids":${JSON.stringify(ids)}}`);
}
